// bench_case.cpp - warms up, then times steps by the clock.
#include "apps/bench/bench_case.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "apps/run/train_options.h"
#include "engine/core/error.h"
#include "engine/core/parse_number.h"
#include "engine/core/quantile.h"
#include "engine/core/random.h"
#include "engine/core/seconds_since.h"
#include "models/models.h"

namespace gs::apps {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int least_measurements = 5;
constexpr int longest_epoch = 384, shortest_epoch = 10;  // steps; PyTorch and JAX: bench/step_timing.py
constexpr double longest_measurement_s = 0.4;
constexpr int most_batches = 32;
constexpr std::int64_t most_image_bytes = std::int64_t(256) << 20;

Net bench_net(const BenchCase& c) {
  const Model& model = find_model(c.model);
  return model.build({model.usual_input, c.base, model.usual_outputs, model.default_dropout});
}

Recipe bench_recipe(const BenchCase& c, Precision precision) {
  Recipe recipe;  // Adam and BCE
  if (find_model(c.model).usual_outputs > 1) {
    recipe.loss = LossKind::softmax;
    recipe.optimizer.name = "sgd";
    recipe.optimizer.momentum = 0.9f;
  }
  recipe.batch = c.batch;
  recipe.precision = precision;
  return recipe;
}

/// A whole number from 1 to `most`; 0 if it is none.
int positive_int(const std::string& text, int most) {
  const int value = parse_number<int>(text).value_or(0);
  return value >= 1 && value <= most ? value : 0;
}

/// Calls `once` until the limits are reached.
template <class Once>
void repeat(const BenchLimits& limits, int least, Once once) {
  const auto start = Clock::now();
  for (int i = 0; limits.steps > 0 ? i < limits.steps : i < least || seconds_since(start) < limits.seconds; ++i) once();
}

}  // namespace

BenchCase parse_case(const std::string& text) {
  const auto first = text.find(':'), second = first == std::string::npos ? first : text.find(':', first + 1);
  if (second != std::string::npos) {
    BenchCase c{text, text.substr(0, first)};
    const Model& model = find_model(c.model);
    const std::string base = text.substr(first + 1, second - first - 1);
    c.base = base == "-" ? model.default_base : positive_int(base, most_base);
    c.batch = positive_int(text.substr(second + 1), most_batch);
    if (c.base > 0 && c.batch > 0) return c;
  }
  throw UsageError(
      fmt::format("invalid case '{}'; expected model:base:batch, as in lenet:32:8 or lenet5:-:64, with a "
                  "base of at most {} and a batch of at most {}",
                  text, most_base, most_batch));
}

int steps_between_waits(double seconds_of_a_step) {
  const double steps = longest_measurement_s / seconds_of_a_step;
  return steps < shortest_epoch ? shortest_epoch : steps < longest_epoch ? int(steps) : longest_epoch;
}

int kept_batches(std::int64_t bytes_of_a_batch) {
  return int(std::clamp<std::int64_t>(most_image_bytes / bytes_of_a_batch, 1, most_batches));
}

BenchRun::BenchRun(const BenchCase& c, Device& device, Precision precision, const ImplementationChoice& implementations)
    : device_(device), program_(bench_net(c), bench_recipe(c, precision), device, implementations) {
  const std::int64_t image_bytes = program_.net().input.size();
  const std::size_t samples = std::size_t(kept_batches(image_bytes * c.batch)) * std::size_t(c.batch);
  std::vector<std::uint8_t> images(samples * std::size_t(image_bytes));
  RandomStream random(1, RandomPurpose::initial_weights, 0);
  for (std::uint8_t& pixel : images) pixel = std::uint8_t(random.uniform() * 256);
  std::vector<std::int32_t> labels(samples);
  const std::size_t classes = std::size_t(std::max<std::int64_t>(2, program_.net().output().size()));
  for (std::size_t i = 0; i < samples; ++i) labels[i] = std::int32_t(i % classes);
  std::vector<std::uint32_t> order(std::size_t(longest_epoch) * std::size_t(c.batch));
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = std::uint32_t(i % samples);
  images_ = uploaded(device, images);
  labels_ = uploaded(device, labels);
  permutation_ = uploaded(device, order);
  program_.initialize();
  program_.bind_training({static_cast<const std::uint8_t*>(images_.data()),
                          static_cast<const std::int32_t*>(labels_.data()),
                          static_cast<const std::uint32_t*>(permutation_.data())});
}

void BenchRun::begin_epoch(int steps) {
  program_.begin_training_epoch(0, std::uint32_t(steps * program_.recipe().batch), program_.recipe().learning_rate);
  steps_left_ = steps;
}

/// Enqueues all of them, then waits.
double BenchRun::seconds_of(int steps) {
  const auto start = Clock::now();
  for (int done = 0; done < steps;) done += program_.train_steps(steps - done);
  device_.synchronize();
  steps_left_ -= steps;
  return seconds_since(start);
}

/// A GPU gets several steps before the host waits, as in training; on the CPU a step has ended when its call returns.
int BenchRun::steps_of_a_measurement(const BenchLimits& limits) {
  if (device_.name() != "cuda") return 1;
  begin_epoch(longest_epoch);
  for (int i = 0; i < 3; ++i) seconds_of(1);  // one by one: the first captures
  std::vector<double> seconds;
  for (int i = 0; i < least_measurements; ++i) seconds.push_back(seconds_of(1));
  const int steps = steps_between_waits(median(seconds));
  return limits.steps > 0 ? std::min(steps, limits.steps) : steps;
}

StepTimes BenchRun::measure(const BenchLimits& limits) {
  StepTimes times;
  times.steps_each = steps_of_a_measurement(limits);
  std::vector<double> us;
  const auto once = [&](int steps) {
    // Several steps form an epoch, as --epoch-loop needs; it begins before the clock starts.
    if (times.steps_each > 1)
      begin_epoch(steps);
    else if (steps_left_ < 1)
      begin_epoch(longest_epoch);
    us.push_back(1e6 * seconds_of(steps) / steps);
    times.steps += steps;
  };
  repeat({limits.seconds / 10, 0}, 3, [&] { once(times.steps_each); });
  us.clear();
  times.steps = 0;
  repeat({limits.seconds, (limits.steps + times.steps_each - 1) / times.steps_each}, least_measurements,
         [&] { once(limits.steps > 0 ? std::min(times.steps_each, limits.steps - times.steps) : times.steps_each); });
  times.measured = int(us.size());
  times.median_us = median(us);
  times.p10_us = quantile(us, 0.1);
  times.p90_us = quantile(us, 0.9);
  times.samples_per_s = 1e6 * program_.recipe().batch / times.median_us;
  return times;
}

std::vector<OpTime> BenchRun::measure_ops(const BenchLimits& limits) {
  const std::vector<OpCall>& steps = program_.training_calls();
  std::vector<std::vector<double>> us(steps.size());
  repeat(limits, least_measurements, [&] {
    if (steps_left_ < 1) begin_epoch(longest_epoch);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const auto start = Clock::now();
      program_.run_training_in_order({int(i)});
      device_.synchronize();
      us[i].push_back(1e6 * seconds_since(start));
    }
    --steps_left_;
  });
  std::vector<OpTime> times;
  for (std::size_t i = 0; i < steps.size(); ++i)
    times.push_back({steps[i].name, steps[i].implementation, median(us[i]), steps[i].cost});
  return times;
}

}  // namespace gs::apps
