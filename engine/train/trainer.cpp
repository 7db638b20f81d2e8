// trainer.cpp - an epoch: upload the order, enqueue the steps, read the metrics ring, call the callbacks.
#include "engine/train/trainer.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "engine/core/seconds_since.h"
#include "engine/data/sampler.h"
#include "engine/device/machine_lock.h"
#include "engine/train/check_fits.h"

namespace gs {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<std::uint32_t> numbers_up_to(std::uint32_t n) {
  std::vector<std::uint32_t> numbers(n);
  std::iota(numbers.begin(), numbers.end(), 0u);
  return numbers;
}

/// The part of the images 0, 1, 2, ... that a process reads.
std::vector<std::uint32_t> own_of_first(const SharedBatch& shared, std::uint32_t n) {
  return shared.division.part(shared.rank(), numbers_up_to(n));
}

const Dataset& checked(const Dataset& data, const Program& program, const char* name) {
  check_fits(data, program.net(), name);
  return data;
}

}  // namespace

Trainer::Trainer(Program& program, const DataSplits& data, const TrainerOptions& options)
    : program_(program),
      options_(options),
      train_(program.device(), checked(data.train, program, "training images"), program.shared_batch(),
             options.in_shares),
      validation_(program.device(), checked(data.validation, program, "validation images"), program.shared_batch(),
                  options.in_shares),
      train_permutation_(program.device(), train_.samples() * sizeof(std::uint32_t)),
      in_order_(uploaded(program.device(),
                         own_of_first(program.shared_batch(), std::max(train_.samples(), validation_.samples())))),
      logits_(program.device(),
              std::max(train_.samples(), validation_.samples()) * std::size_t(outputs()) * sizeof(float)) {
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

void Trainer::begin_own_evaluation(Split split) {
  bind_evaluation(split);
  if (of(split).has_window()) of(split).begin(numbers_up_to(of(split).samples()));
  program_.begin_evaluation(of(split).samples());
}

void Trainer::begin_own_epoch(const TrainerOrder& epoch) {
  const SharedBatch& shared = program_.shared_batch();
  const std::uint32_t index = std::uint32_t(epoch.epoch - 1);
  const std::vector<std::uint32_t> order = epoch_order(program_.recipe().seed, index, train_.samples());
  const std::vector<std::uint32_t> own = shared.division.part(shared.rank(), order);
  bind_training();  // another trainer, or predict(), may have bound its own images since
  program_.device().upload(train_permutation_.data(), own.data(), own.size() * sizeof(std::uint32_t));
  train_.begin(order, epoch.step);
  program_.begin_training_epoch(index, train_.samples(), float(epoch.learning_rate), epoch.step);
}

Evaluation Trainer::evaluate(Split split) {
  begin_evaluation(split);
  PassCallbacks pass;
  pass.enqueue = [&](std::uint32_t step, int wanted) { return evaluate_steps(split, step, wanted); };
  pass.total = [&](const PassSums& own) { return total(own); };
  const PassSums sums = *run_pass(program_, of(split).samples(), pass);
  take_logits(split);
  Evaluation result{sums.loss(), sums.accuracy(), outputs(), {}};
  result.logits.resize(std::size_t(of(split).samples()) * std::size_t(result.outputs));
  program_.device().download(result.logits.data(), logits_.data(), result.logits.size() * sizeof(float));
  return result;
}

std::vector<float> Trainer::validation_logits() const {
  std::vector<float> logits(std::size_t(validation_.samples()) * std::size_t(outputs()));
  program_.device().download(logits.data(), logits_.data(), logits.size() * sizeof(float));
  return logits;
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
  restore();
  begin_epoch(epoch);
  for (std::uint32_t step = epoch.first_step; step <= last_step; ++step) {
    diagnostic_step(step);
    if (const std::string where = diagnosis().first_broken(); !where.empty())
      return fmt::format("; first in step {} of epoch {}: {}", step + 1, epoch.number, where);
  }
  return "";
}

TrainingResult Trainer::run(const TrainerCallbacks& callbacks, int first_epoch, const PartialEpoch& begun) {
  TrainingResult result;
  double lowest = std::numeric_limits<double>::infinity();
  share_state();
  for (int epoch = first_epoch; epoch <= program_.recipe().epochs; ++epoch) {
    const SharedMachineLock lock;
    snapshot();
    std::optional<EpochResult> line;
    try {
      line = run_epoch(callbacks, epoch, epoch == first_epoch ? begun : PartialEpoch());
    } catch (...) {
      end_on_all_ranks();
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
  pass.tell = [&](const PassSums& own) {
    if (!callbacks.progress || Clock::now() - last_told < std::chrono::milliseconds(100)) return;
    last_told = Clock::now();
    progress.seconds = seconds();
    const std::size_t done = std::size_t(own.part.steps) * std::size_t(recipe.batch);
    progress.done = progress.validating ? train_.samples() + std::min<std::size_t>(done, validation_.samples())
                                        : std::min<std::size_t>(done, train_.samples());
    if (!progress.validating) progress.loss = own.loss(), progress.accuracy = own.accuracy();
    callbacks.progress(progress);
  };
  if (callbacks.wants_pause) pass.wants_pause = callbacks.wants_pause;
  pass.total = [&](const PassSums& own) { return total(own); };
  pass.pause = [&](const PassSums& all) {
    PartialEpoch part = progress.validating ? trained : all.part;
    part.seconds = seconds();
    return callbacks.pause(number, part);
  };

  begin_epoch(epoch);
  const std::uint32_t steps = program_.shared_batch().division.steps(train_.samples());
  bool diagnosed = false;
  pass.enqueue = [&](std::uint32_t step, int wanted) {
    int done = 1;
    if (step == 0 && callbacks.diagnosis) {
      diagnostic_step(step);
      diagnosed = true;
    } else {
      done = train_steps(step, wanted, [&](int at_once) {
        return callbacks.train_steps ? callbacks.train_steps(step, steps, at_once) : program_.train_steps(at_once);
      });
    }
    if (callbacks.enqueued) callbacks.enqueued();
    if (step + std::uint32_t(done) == steps) program_.count_broken();  // run_pass() waits for it, too
    return done;
  };
  if (begun.steps == steps) program_.count_broken();
  const std::optional<PassSums> training = run_pass(program_, train_.samples(), pass, begun);
  if (!training) return std::nullopt;
  if (const std::int64_t step = training->first_bad_step; step >= 0)
    throw broken(fmt::format("the loss is no longer finite (epoch {}, step {})", number, step + 1), epoch,
                 std::uint32_t(step));
  if (const std::uint32_t count = program_.broken(); count > 0)
    throw broken(fmt::format("{} of the weights {} NaN, Inf or beyond 2^52, though the loss is finite (epoch {})",
                             count, count == 1 ? "is" : "are", number),
                 epoch, steps - 1);
  if (diagnosed) {
    const Diagnosis diagnosis = this->diagnosis();
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

  trained = training->part;
  progress.validating = true;
  progress.loss = training->loss();
  progress.accuracy = training->accuracy();
  begin_evaluation(Split::validation);
  pass.enqueue = [&](std::uint32_t step, int wanted) { return evaluate_steps(Split::validation, step, wanted); };
  const std::optional<PassSums> validation = run_pass(program_, validation_.samples(), pass);
  if (!validation) return std::nullopt;
  take_logits(Split::validation);
  if (!std::isfinite(validation->loss())) {
    // Large weights whose products overflow: the next training step locates them.
    begin_epoch({number + 1, epoch.learning_rate, 0});
    diagnostic_step(0);
    const std::string where = diagnosis().first_broken();
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
