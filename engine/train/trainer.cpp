// trainer.cpp - an epoch: upload the order, enqueue the steps, read the metrics ring, call the callbacks.
#include "engine/train/trainer.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <thread>

#include <fmt/format.h>

#include "engine/core/seconds_since.h"
#include "engine/data/sampler.h"
#include "engine/device/machine_lock.h"
#include "engine/train/check_fits.h"
#include "kernels/step/step.h"

namespace gs {
namespace {

using Clock = std::chrono::steady_clock;

/// Reads the ring's entries in order as they become complete, and sums them in double.
class RingReader {
 public:
  explicit RingReader(const Program& program) : ring_(program.ring()), capacity_(program.ring_capacity()) {}

  /// Takes all complete entries; never waits. The stamp is written last, so an entry with the expected stamp is
  /// complete.
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

/// Polls the ring until `steps` entries have been read or the device is idle, calling `tell` after each poll. Does not
/// block on the device, so that progress is shown and Ctrl-C is handled.
template <class Tell>
void read_until(std::uint32_t steps, RingReader& reader, Device& device, Tell tell) {
  for (;;) {
    const bool idle = device.idle();  // asked before the poll, so that the poll sees all results
    reader.poll();
    tell(reader);
    if (idle || reader.steps() >= steps) return;
    std::this_thread::sleep_for(std::chrono::microseconds(20));  // each poll reads over the bus
  }
}

/// Enqueues the steps of one pass over a split; `tell` is called from time to time with the metrics read so far.
/// `enqueue(step, wanted)` enqueues 1 .. wanted of the remaining steps and returns their number.
template <class EnqueueStep, class Tell>
RingReader run_pass(Program& program, std::uint32_t samples, EnqueueStep enqueue, Tell tell) {
  const std::uint32_t batch = std::uint32_t(program.recipe().batch), capacity = program.ring_capacity();
  const std::uint32_t steps = (samples + batch - 1) / batch;
  RingReader reader(program);
  for (std::uint32_t step = 0; step < steps;) {
    // The device must not overwrite unread entries of the ring.
    if (step - reader.steps() == capacity) read_until(step - capacity / 2, reader, program.device(), tell);
    const std::uint32_t room = capacity - (step - reader.steps());
    step += std::uint32_t(enqueue(step, int(std::min(steps - step, room))));
    reader.poll();
    tell(reader);
  }
  read_until(steps, reader, program.device(), tell);
  program.device().synchronize();
  require(reader.steps() == steps, "the metrics ring lost a step");
  return reader;
}

}  // namespace

Trainer::Trainer(Program& program, const DataSplits& data, const TrainerOptions& options)
    : program_(program),
      options_(options),
      train_samples_(std::uint32_t(data.train.n)),
      validation_samples_(std::uint32_t(data.validation.n)) {
  Device& device = program.device();
  check_fits(data.train, program.net(), "training images");
  train_images_ = uploaded(device, data.train.images);
  train_labels_ = uploaded(device, data.train.labels);
  train_permutation_ = Memory(device, train_samples_ * sizeof(std::uint32_t));
  bind_training();
  check_fits(data.validation, program.net(), "validation images");
  validation_images_ = uploaded(device, data.validation.images);
  validation_labels_ = uploaded(device, data.validation.labels);
  std::vector<std::uint32_t> in_order(std::max(train_samples_, validation_samples_));
  std::iota(in_order.begin(), in_order.end(), 0u);
  in_order_ = uploaded(device, in_order);
  logits_ = Memory(device, in_order.size() * std::size_t(program.net().output().size()) * sizeof(float));
  bind_evaluation(Split::validation);
}

void Trainer::bind_training() {
  program_.bind_training({static_cast<const std::uint8_t*>(train_images_.data()),
                          static_cast<const std::int32_t*>(train_labels_.data()),
                          static_cast<const std::uint32_t*>(train_permutation_.data())});
}

void Trainer::bind_evaluation(Split split) {
  const bool training = split == Split::training;
  program_.bind_evaluation({static_cast<const std::uint8_t*>((training ? train_images_ : validation_images_).data()),
                            static_cast<const std::int32_t*>((training ? train_labels_ : validation_labels_).data()),
                            static_cast<const std::uint32_t*>(in_order_.data()), static_cast<float*>(logits_.data())});
}

Evaluation Trainer::evaluate(Split split) {
  bind_evaluation(split);
  program_.begin_evaluation(samples(split));
  const RingReader r = run_pass(
      program_, samples(split), [&](std::uint32_t, int wanted) { return program_.evaluate_steps(wanted); },
      [](const auto&) {});
  Evaluation result{r.loss(), r.accuracy(), int(program_.net().output().size()), {}};
  result.logits.resize(std::size_t(samples(split)) * std::size_t(result.outputs));
  program_.device().download(result.logits.data(), logits_.data(), result.logits.size() * sizeof(float));
  return result;
}

std::vector<float> Trainer::validation_logits() const {
  std::vector<float> logits(std::size_t(validation_samples_) * std::size_t(program_.net().output().size()));
  program_.device().download(logits.data(), logits_.data(), logits.size() * sizeof(float));
  return logits;
}

void Trainer::begin_epoch(int epoch, double learning_rate) {
  const std::vector<std::uint32_t> order =
      epoch_order(program_.recipe().seed, std::uint32_t(epoch - 1), train_samples_);
  bind_training();  // another trainer, or predict(), may have bound its own images since
  program_.device().upload(train_permutation_.data(), order.data(), order.size() * sizeof(std::uint32_t));
  program_.begin_training_epoch(std::uint32_t(epoch - 1), train_samples_, float(learning_rate));
}

namespace {
Error rate_too_high(const std::string& what, double learning_rate, const std::string& where) {
  return Error(fmt::format("{}: the learning rate {:g} is probably too high{}", what, learning_rate, where));
}
}  // namespace

Error Trainer::broken(const std::string& what, int epoch, double learning_rate, std::uint32_t last_step) {
  return rate_too_high(what, learning_rate, find_broken(epoch, learning_rate, last_step));
}

/// Trains the epoch again from its snapshot, in diagnostic steps, until one finds a broken value.
std::string Trainer::find_broken(int epoch, double learning_rate, std::uint32_t last_step) {
  program_.restore();
  begin_epoch(epoch, learning_rate);
  for (std::uint32_t step = 0; step <= last_step; ++step) {
    program_.diagnostic_step();
    if (const std::string where = program_.diagnosis().first_broken(); !where.empty())
      return fmt::format("; first in step {} of epoch {}: {}", step + 1, epoch, where);
  }
  return "";
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

    const double learning_rate = double(recipe.learning_rate) * recipe.schedule.factor(epoch - 1, recipe.epochs);
    const SharedMachineLock lock;
    program_.snapshot();
    begin_epoch(epoch, learning_rate);
    const std::uint32_t batch = std::uint32_t(recipe.batch), steps = (train_samples_ + batch - 1) / batch;
    const auto train_steps = [&](std::uint32_t step, int wanted) {
      if (step == 0 && callbacks.diagnosis) {
        program_.diagnostic_step();
        return 1;
      }
      return callbacks.train_steps ? callbacks.train_steps(step, steps, wanted) : program_.train_steps(wanted);
    };
    const auto train_and_count = [&](std::uint32_t step, int wanted) {
      const int done = train_steps(step, wanted);
      if (step + std::uint32_t(done) == steps) program_.count_broken();  // run_pass() waits for it, too
      return done;
    };
    const RingReader training = run_pass(program_, train_samples_, train_and_count, tell);
    if (const std::int64_t step = training.first_bad_step(); step >= 0)
      throw broken(fmt::format("the loss is no longer finite (epoch {}, step {})", epoch, step + 1), epoch,
                   learning_rate, std::uint32_t(step));
    if (const std::uint32_t count = program_.broken(); count > 0)
      throw broken(fmt::format("{} of the weights {} NaN, Inf or beyond 2^52, though the loss is finite (epoch {})",
                               count, count == 1 ? "is" : "are", epoch),
                   epoch, learning_rate, steps - 1);
    if (callbacks.diagnosis) {
      const Diagnosis diagnosis = program_.diagnosis();
      if (!diagnosis.first_broken().empty())
        throw broken(
            fmt::format(
                "values of the epoch's first step are NaN, Inf or beyond 2^52, though the loss is finite (epoch {})",
                epoch),
            epoch, learning_rate, 0);
      callbacks.diagnosis(epoch, diagnosis);
    }

    EpochResult line{.epoch = epoch, .loss = training.loss(), .accuracy = training.accuracy()};
    line.learning_rate = learning_rate;
    if (options_.evaluate_training) {
      const Evaluation evaluation = evaluate(Split::training);
      line.train_loss = evaluation.loss;
      line.train_accuracy = evaluation.accuracy;
    }

    progress.validating = true;
    progress.loss = training.loss();
    progress.accuracy = training.accuracy();
    bind_evaluation(Split::validation);
    program_.begin_evaluation(validation_samples_);
    const RingReader validation = run_pass(
        program_, validation_samples_, [&](std::uint32_t, int wanted) { return program_.evaluate_steps(wanted); },
        tell);
    if (!std::isfinite(validation.loss())) {
      // Large weights whose products overflow: the next training step locates them.
      begin_epoch(epoch + 1, learning_rate);
      program_.diagnostic_step();
      const std::string where = program_.diagnosis().first_broken();
      throw rate_too_high(fmt::format("the validation loss is no longer finite (epoch {})", epoch), learning_rate,
                          where.empty() ? "" : "; on training images, too: " + where);
    }
    line.val_loss = validation.loss();
    line.val_accuracy = validation.accuracy();
    line.seconds = seconds_since(start);
    line.images_per_s = double(progress.total) / line.seconds;

    result.history.push_back(line);
    const bool best = validation.loss() < lowest;
    if (best) lowest = validation.loss(), result.best_epoch = epoch;
    if (callbacks.epoch) callbacks.epoch(line, best);
    if (callbacks.stop && callbacks.stop()) break;
  }
  return result;
}

}  // namespace gs
