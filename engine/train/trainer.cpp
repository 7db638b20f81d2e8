// trainer.cpp - epochs: upload the order, enqueue the steps, read the metrics ring, tell the callbacks.
#include "engine/train/trainer.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/data/sampler.h"

namespace gs {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Reads the ring's entries in order as they become complete, and sums them in double.
class RingReader {
 public:
  explicit RingReader(const Program& program) : ring_(program.ring()), capacity_(program.ring_capacity()) {}

  /// Takes what is complete; never waits. The stamp is written last, so what stands beside a right stamp is whole.
  void poll() {
    for (;;) {
      const StepMetrics& entry = ring_[read_ % capacity_];
      if (__atomic_load_n(&entry.stamp, __ATOMIC_ACQUIRE) != read_ + 1) return;
      if (!std::isfinite(entry.loss_sum) && first_bad_step_ < 0) first_bad_step_ = read_;
      loss_sum_ += entry.loss_sum;
      correct_ += entry.correct;
      images_ += entry.valid;
      ++read_;
    }
  }
  std::uint32_t steps() const { return read_; }
  std::size_t images() const { return images_; }
  double loss() const { return images_ ? loss_sum_ / double(images_) : 0; }
  double accuracy() const { return images_ ? correct_ / double(images_) : 0; }
  std::int64_t first_bad_step() const { return first_bad_step_; }

 private:
  const StepMetrics* ring_;
  std::uint32_t capacity_, read_ = 0;
  double loss_sum_ = 0, correct_ = 0;
  std::size_t images_ = 0;
  std::int64_t first_bad_step_ = -1;
};

/// Enqueues the steps of one pass over a split; `tell` is called now and then with what has been read so far.
template <class EnqueueStep, class Tell>
RingReader run_pass(Program& program, std::uint32_t samples, EnqueueStep enqueue, Tell tell) {
  const std::uint32_t batch = std::uint32_t(program.recipe().batch);
  const std::uint32_t steps = (samples + batch - 1) / batch;
  RingReader reader(program);
  for (std::uint32_t step = 0; step < steps; ++step) {
    // The ring must not run over what has not been read.
    if (step - reader.steps() >= program.ring_capacity()) {
      program.device().synchronize();
      reader.poll();
    }
    enqueue();
    reader.poll();
    tell(reader);
  }
  program.device().synchronize();
  reader.poll();
  require(reader.steps() == steps, "the metrics ring lost a step");
  tell(reader);
  return reader;
}

Memory upload(Device& device, const void* data, std::size_t bytes) {
  Memory memory(device, bytes);
  device.upload(memory.data(), data, bytes);
  return memory;
}

void check_fits(const Dataset& data, const Net& net, const char* split) {
  if (data.n < 1) throw UsageError(fmt::format("the {} split has no images", split));
  if (data.h != net.input.h || data.w != net.input.w || data.c != net.input.c)
    throw UsageError(fmt::format("the {} images are {}x{}x{}, but {} takes {}x{}x{}", split, data.h, data.w, data.c,
                                 net.name, net.input.h, net.input.w, net.input.c));
  const int classes = net.output().c == 1 ? 2 : net.output().c;
  for (const std::int32_t label : data.labels)
    if (label < 0 || label >= classes)
      throw UsageError(fmt::format("a label of the {} split is {}, but there are {} classes", split, label, classes));
}

}  // namespace

Trainer::Trainer(Program& program, const DataSplits& data)
    : program_(program),
      train_samples_(std::uint32_t(data.train.n)),
      validation_samples_(std::uint32_t(data.validation.n)) {
  Device& device = program.device();
  check_fits(data.train, program.net(), "training");
  train_images_ = upload(device, data.train.images.data(), data.train.images.size());
  train_labels_ = upload(device, data.train.labels.data(), data.train.labels.size() * sizeof(std::int32_t));
  train_permutation_ = Memory(device, train_samples_ * sizeof(std::uint32_t));
  program.bind_training({static_cast<const std::uint8_t*>(train_images_.data()),
                         static_cast<const std::int32_t*>(train_labels_.data()),
                         static_cast<const std::uint32_t*>(train_permutation_.data())});
  check_fits(data.validation, program.net(), "validation");
  validation_images_ = upload(device, data.validation.images.data(), data.validation.images.size());
  validation_labels_ =
      upload(device, data.validation.labels.data(), data.validation.labels.size() * sizeof(std::int32_t));
  std::vector<std::uint32_t> in_order(validation_samples_);
  std::iota(in_order.begin(), in_order.end(), 0u);
  validation_permutation_ = upload(device, in_order.data(), in_order.size() * sizeof(std::uint32_t));
  program.bind_evaluation({static_cast<const std::uint8_t*>(validation_images_.data()),
                           static_cast<const std::int32_t*>(validation_labels_.data()),
                           static_cast<const std::uint32_t*>(validation_permutation_.data())});
}

Evaluation Trainer::evaluate() {
  program_.begin_evaluation(validation_samples_);
  const RingReader r = run_pass(
      program_, validation_samples_, [&] { program_.evaluate_step(); }, [](const auto&) {});
  return {r.loss(), r.accuracy()};
}

TrainingResult Trainer::run(const TrainerCallbacks& callbacks, int first_epoch) {
  const Recipe& recipe = program_.recipe();
  TrainingResult result;
  double lowest = std::numeric_limits<double>::infinity();
  for (int epoch = first_epoch; epoch <= recipe.epochs; ++epoch) {
    const auto start = Clock::now();
    auto last_told = start - std::chrono::hours(1);
    EpochProgress progress{epoch, recipe.epochs, 0, std::size_t(train_samples_) + validation_samples_};
    const auto tell = [&](const RingReader& reader) {
      if (!callbacks.progress || Clock::now() - last_told < std::chrono::milliseconds(100)) return;
      last_told = Clock::now();
      progress.seconds = seconds_since(start);
      progress.done = reader.images() + (progress.validating ? train_samples_ : 0);
      if (!progress.validating) progress.loss = reader.loss(), progress.accuracy = reader.accuracy();
      callbacks.progress(progress);
    };

    const std::vector<std::uint32_t> order = epoch_order(recipe.seed, std::uint32_t(epoch - 1), train_samples_);
    program_.device().upload(train_permutation_.data(), order.data(), order.size() * sizeof(std::uint32_t));
    program_.begin_training_epoch(std::uint32_t(epoch - 1), train_samples_, recipe.learning_rate);
    const RingReader training = run_pass(
        program_, train_samples_, [&] { program_.train_step(); }, tell);
    if (training.first_bad_step() >= 0)
      throw Error(
          fmt::format("the loss is no longer finite (epoch {}, step {}): the learning rate {:g} is probably too high",
                      epoch, training.first_bad_step() + 1, recipe.learning_rate));

    progress.validating = true;
    progress.loss = training.loss();
    progress.accuracy = training.accuracy();
    program_.begin_evaluation(validation_samples_);
    const RingReader validation = run_pass(
        program_, validation_samples_, [&] { program_.evaluate_step(); }, tell);

    const double seconds = seconds_since(start);
    result.history.push_back({epoch, training.loss(), training.accuracy(), validation.loss(), validation.accuracy(),
                              recipe.learning_rate, seconds, double(progress.total) / seconds});
    const bool best = validation.loss() < lowest;
    if (best) lowest = validation.loss(), result.best_epoch = epoch;
    if (callbacks.epoch) callbacks.epoch(result.history.back(), best);
  }
  return result;
}

}  // namespace gs
