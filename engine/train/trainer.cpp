// trainer.cpp - an epoch: upload the order, enqueue the steps, read the metrics ring, call the callbacks.
#include "engine/train/trainer.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
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

/// Reads the ring's entries in order as they become complete, and sums them in double, after those of earlier steps.
class RingReader {
 public:
  explicit RingReader(const Program& program, const PartialEpoch& earlier = {})
      : ring_(program.ring()), capacity_(program.ring_capacity()), first_(earlier.steps), sums_(earlier) {}

  /// Takes all complete entries; never waits. The stamp is written last, so an entry with the expected stamp is
  /// complete.
  void poll() {
    for (;;) {
      const std::uint32_t slot = sums_.steps - first_;
      const StepMetrics& entry = ring_[slot % capacity_];
      if (__atomic_load_n(&entry.stamp, __ATOMIC_ACQUIRE) != slot + 1) return;
      if (!std::isfinite(entry.loss_sum) && first_bad_step_ < 0) first_bad_step_ = sums_.steps;
      sums_.loss_sum += entry.loss_sum;
      sums_.correct += entry.correct;
      sums_.images += entry.valid;
      ++sums_.steps;
    }
  }
  std::uint32_t steps() const { return sums_.steps; }
  std::size_t images() const { return std::size_t(sums_.images); }
  double loss() const { return sums_.images ? sums_.loss_sum / double(sums_.images) : 0; }
  double accuracy() const { return sums_.images ? sums_.correct / double(sums_.images) : 0; }
  const PartialEpoch& sums() const { return sums_; }
  std::int64_t first_bad_step() const { return first_bad_step_; }

 private:
  const StepMetrics* ring_;
  std::uint32_t capacity_, first_;
  PartialEpoch sums_;
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

/// A pass over a split: how its steps are enqueued, and the calls between them.
struct PassCallbacks {
  /// Enqueues 1 .. wanted of the remaining steps, beginning with `step`, and returns their number.
  std::function<int(std::uint32_t step, int wanted)> enqueue;
  std::function<void(const RingReader&)> tell = [](const RingReader&) {};  ///< from time to time
  /// Between steps, if wants_pause(): all steps that were enqueued have been read. False ends the pass.
  std::function<bool()> wants_pause = [] { return false; };
  std::function<bool(const RingReader&)> pause = [](const RingReader&) { return true; };
};

/// Enqueues the steps of one pass over a split, after those that `begun` sums; nullopt if a pause ended it.
std::optional<RingReader> run_pass(Program& program, std::uint32_t samples, const PassCallbacks& callbacks,
                                   const PartialEpoch& begun = {}) {
  const std::uint32_t batch = std::uint32_t(program.recipe().batch), capacity = program.ring_capacity();
  const std::uint32_t steps = (samples + batch - 1) / batch;
  RingReader reader(program, begun);
  const auto paused_for_good = [&](std::uint32_t step) {
    if (!callbacks.wants_pause()) return false;
    read_until(step, reader, program.device(), callbacks.tell);
    program.device().synchronize();
    return !callbacks.pause(reader);
  };
  for (std::uint32_t step = begun.steps; step < steps;) {
    if (paused_for_good(step)) return std::nullopt;
    // The device must not overwrite unread entries of the ring.
    if (step - reader.steps() == capacity) read_until(step - capacity / 2, reader, program.device(), callbacks.tell);
    const std::uint32_t room = capacity - (step - reader.steps());
    step += std::uint32_t(callbacks.enqueue(step, int(std::min(steps - step, room))));
    reader.poll();
    callbacks.tell(reader);
  }
  read_until(steps, reader, program.device(), callbacks.tell);
  program.device().synchronize();
  require(reader.steps() == steps, "the metrics ring lost a step");
  if (paused_for_good(steps)) return std::nullopt;
  return reader;
}

}  // namespace

struct Trainer::Epoch {
  int number;  ///< counted from 1
  double learning_rate;
  std::uint32_t first_step;  ///< earlier ones were done before
};

namespace {

std::vector<std::uint32_t> numbers_up_to(std::uint32_t n) {
  std::vector<std::uint32_t> numbers(n);
  std::iota(numbers.begin(), numbers.end(), 0u);
  return numbers;
}

const Dataset& checked(const Dataset& data, const Program& program, const char* name) {
  check_fits(data, program.net(), name);
  return data;
}

}  // namespace

Trainer::Trainer(Program& program, const DataSplits& data, const TrainerOptions& options)
    : program_(program),
      options_(options),
      train_(program.device(), checked(data.train, program, "training images"), program.recipe().batch),
      validation_(program.device(), checked(data.validation, program, "validation images"), program.recipe().batch),
      train_permutation_(program.device(), train_.samples() * sizeof(std::uint32_t)),
      in_order_(uploaded(program.device(), numbers_up_to(std::max(train_.samples(), validation_.samples())))),
      logits_(program.device(),
              in_order_.bytes() / sizeof(std::uint32_t) * std::size_t(program.net().output().size()) * sizeof(float)) {
  bind_training();
  bind_evaluation(Split::validation);
}

void Trainer::bind_training() {
  program_.bind_training(train_.source(train_permutation_));
}

void Trainer::bind_evaluation(Split split) {
  BatchSource source = of(split).source(in_order_);
  source.logits = static_cast<float*>(logits_.data());
  program_.bind_evaluation(source);
}

void Trainer::begin_evaluation(Split split) {
  bind_evaluation(split);
  of(split).begin_in_order();
  program_.begin_evaluation(of(split).samples());
}

Evaluation Trainer::evaluate(Split split) {
  begin_evaluation(split);
  const std::uint32_t samples = of(split).samples();
  const RingReader r = *run_pass(program_, samples, {.enqueue = [&](std::uint32_t step, int wanted) {
                                   return program_.evaluate_steps(of(split).provide(step, wanted));
                                 }});
  Evaluation result{r.loss(), r.accuracy(), int(program_.net().output().size()), {}};
  result.logits.resize(std::size_t(samples) * std::size_t(result.outputs));
  program_.device().download(result.logits.data(), logits_.data(), result.logits.size() * sizeof(float));
  return result;
}

std::vector<float> Trainer::validation_logits() const {
  std::vector<float> logits(std::size_t(validation_.samples()) * std::size_t(program_.net().output().size()));
  program_.device().download(logits.data(), logits_.data(), logits.size() * sizeof(float));
  return logits;
}

void Trainer::begin_epoch(const Epoch& epoch) {
  const std::uint32_t index = std::uint32_t(epoch.number - 1);
  const std::vector<std::uint32_t> order = epoch_order(program_.recipe().seed, index, train_.samples());
  bind_training();  // another trainer, or predict(), may have bound its own images since
  program_.device().upload(train_permutation_.data(), order.data(), order.size() * sizeof(std::uint32_t));
  train_.begin(order, epoch.first_step);
  program_.begin_training_epoch(index, train_.samples(), float(epoch.learning_rate), epoch.first_step);
}

namespace {
Error rate_too_high(const std::string& what, double learning_rate, const std::string& where) {
  return Error(fmt::format("{}: the learning rate {:g} is probably too high{}", what, learning_rate, where));
}
}  // namespace

Error Trainer::broken(const std::string& what, const Epoch& epoch, std::uint32_t last_step) {
  return rate_too_high(what, epoch.learning_rate, find_broken(epoch, last_step));
}

/// Trains the epoch again from its snapshot, in diagnostic steps, until one finds a broken value.
std::string Trainer::find_broken(const Epoch& epoch, std::uint32_t last_step) {
  program_.restore();
  begin_epoch(epoch);
  for (std::uint32_t step = epoch.first_step; step <= last_step; ++step) {
    train_.provide(step, 1);
    program_.diagnostic_step();
    if (const std::string where = program_.diagnosis().first_broken(); !where.empty())
      return fmt::format("; first in step {} of epoch {}: {}", step + 1, epoch.number, where);
  }
  return "";
}

TrainingResult Trainer::run(const TrainerCallbacks& callbacks, int first_epoch, const PartialEpoch& begun) {
  TrainingResult result;
  double lowest = std::numeric_limits<double>::infinity();
  for (int epoch = first_epoch; epoch <= program_.recipe().epochs; ++epoch) {
    const SharedMachineLock lock;
    program_.snapshot();
    std::optional<EpochResult> line;
    try {
      line = run_epoch(callbacks, epoch, epoch == first_epoch ? begun : PartialEpoch());
    } catch (...) {
      try {
        program_.restore();
      } catch (const std::exception&) {  // the device has failed: the first error says so
      }
      throw;
    }
    if (!line) {
      result.paused = true;
      break;
    }
    result.history.push_back(*line);
    const bool best = line->val_loss < lowest;
    if (best) lowest = line->val_loss, result.best_epoch = epoch;
    if (callbacks.epoch) callbacks.epoch(*line, best);
    if (callbacks.stop && callbacks.stop()) break;
  }
  return result;
}

std::optional<EpochResult> Trainer::run_epoch(const TrainerCallbacks& callbacks, int number,
                                              const PartialEpoch& begun) {
  const Recipe& recipe = program_.recipe();
  const Epoch epoch{number, double(recipe.learning_rate) * recipe.schedule.factor(number - 1, recipe.epochs),
                    begun.steps};
  const auto start = Clock::now();
  const auto seconds = [&] { return begun.seconds + seconds_since(start); };
  auto last_told = start - std::chrono::hours(1);
  EpochProgress progress{number, recipe.epochs, 0, std::size_t(train_.samples()) + validation_.samples()};
  PartialEpoch trained;  // once validation has begun
  PassCallbacks pass;
  pass.tell = [&](const RingReader& reader) {
    if (!callbacks.progress || Clock::now() - last_told < std::chrono::milliseconds(100)) return;
    last_told = Clock::now();
    progress.seconds = seconds();
    progress.done = reader.images() + (progress.validating ? train_.samples() : 0);
    if (!progress.validating) progress.loss = reader.loss(), progress.accuracy = reader.accuracy();
    callbacks.progress(progress);
  };
  if (callbacks.wants_pause) pass.wants_pause = callbacks.wants_pause;
  pass.pause = [&](const RingReader& reader) {
    PartialEpoch part = progress.validating ? trained : reader.sums();
    part.seconds = seconds();
    return callbacks.pause(number, part);
  };

  begin_epoch(epoch);
  const std::uint32_t batch = std::uint32_t(recipe.batch), steps = (train_.samples() + batch - 1) / batch;
  bool diagnosed = false;
  const auto train_steps = [&](std::uint32_t step, int wanted) {
    if (step == 0 && callbacks.diagnosis) {
      program_.diagnostic_step();
      diagnosed = true;
      return 1;
    }
    return callbacks.train_steps ? callbacks.train_steps(step, steps, wanted) : program_.train_steps(wanted);
  };
  pass.enqueue = [&](std::uint32_t step, int wanted) {
    const int done = train_steps(step, train_.provide(step, wanted));
    if (callbacks.enqueued) callbacks.enqueued();
    if (step + std::uint32_t(done) == steps) program_.count_broken();  // run_pass() waits for it, too
    return done;
  };
  if (begun.steps == steps) program_.count_broken();
  const std::optional<RingReader> training = run_pass(program_, train_.samples(), pass, begun);
  if (!training) return std::nullopt;
  if (const std::int64_t step = training->first_bad_step(); step >= 0)
    throw broken(fmt::format("the loss is no longer finite (epoch {}, step {})", number, step + 1), epoch,
                 std::uint32_t(step));
  if (const std::uint32_t count = program_.broken(); count > 0)
    throw broken(fmt::format("{} of the weights {} NaN, Inf or beyond 2^52, though the loss is finite (epoch {})",
                             count, count == 1 ? "is" : "are", number),
                 epoch, steps - 1);
  if (diagnosed) {
    const Diagnosis diagnosis = program_.diagnosis();
    if (!diagnosis.first_broken().empty())
      throw broken(
          fmt::format(
              "values of the epoch's first step are NaN, Inf or beyond 2^52, though the loss is finite (epoch {})",
              number),
          epoch, 0);
    callbacks.diagnosis(number, diagnosis);
  }

  EpochResult line{.epoch = number, .loss = training->loss(), .accuracy = training->accuracy()};
  line.learning_rate = epoch.learning_rate;
  if (options_.evaluate_training) {
    const Evaluation evaluation = evaluate(Split::training);
    line.train_loss = evaluation.loss;
    line.train_accuracy = evaluation.accuracy;
  }

  trained = training->sums();
  progress.validating = true;
  progress.loss = training->loss();
  progress.accuracy = training->accuracy();
  begin_evaluation(Split::validation);
  pass.enqueue = [&](std::uint32_t step, int wanted) {
    return program_.evaluate_steps(validation_.provide(step, wanted));
  };
  const std::optional<RingReader> validation = run_pass(program_, validation_.samples(), pass);
  if (!validation) return std::nullopt;
  if (!std::isfinite(validation->loss())) {
    // Large weights whose products overflow: the next training step locates them.
    begin_epoch({number + 1, epoch.learning_rate, 0});
    train_.provide(0, 1);
    program_.diagnostic_step();
    const std::string where = program_.diagnosis().first_broken();
    throw rate_too_high(fmt::format("the validation loss is no longer finite (epoch {})", number), epoch.learning_rate,
                        where.empty() ? "" : "; on training images, too: " + where);
  }
  line.val_loss = validation->loss();
  line.val_accuracy = validation->accuracy();
  line.seconds = seconds();
  line.images_per_s = double(progress.total) / line.seconds;
  return line;
}

}  // namespace gs
