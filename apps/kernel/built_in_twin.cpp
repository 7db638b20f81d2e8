// built_in_twin.cpp - the twin repeats each step of the run, on the same images in the same order.
#include "apps/kernel/built_in_twin.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <fmt/format.h>

#include "engine/data/sampler.h"
#include "kernels/common/grouped.h"

namespace gs::apps {
namespace {

/// Two orders of the same sums differ by less in a step.
constexpr double rounding = 1e-4;

constexpr double infinite = std::numeric_limits<double>::infinity();

double distance_of(double a, double b) {
  const double distance = std::abs(a - b);
  return std::isnan(distance) ? infinite : distance;
}

/// The largest |a - b| by the largest |scale| of the `count` values from `begin`.
double relative_distance(const std::vector<float>& a, const std::vector<float>& b, const std::vector<float>& scale,
                         std::int64_t begin, std::int64_t count) {
  double largest = 0, largest_value = 0;
  for (std::size_t i = std::size_t(begin); i < std::size_t(begin + count); ++i) {
    largest = std::max(largest, distance_of(a[i], b[i]));
    largest_value = std::max(largest_value, double(std::abs(scale[i])));
  }
  return largest == 0 ? 0 : largest / std::max(largest_value, 1e-30);
}

std::string percent(double share) {
  return std::isinf(share) ? "NaN"
         : share >= 0.1    ? fmt::format("{:.0f} %", 100 * share)
                           : fmt::format("{:.2g} %", 100 * share);
}

}  // namespace

void Distance::add(double loss, double built_in) {
  const double distance = distance_of(loss, built_in), relative = distance / std::max(std::abs(built_in), 1e-6);
  if (++steps == 1) first.loss = relative;
  if (distance > largest) largest = distance, largest_at = steps;
  if (relative > rounding && first_beyond == 0) first_beyond = steps;
}

std::string Distance::words() const {
  const std::string losses = steps == 1 ? "the loss of 1 step" : "the losses of " + plural(steps, "step");
  std::string text = losses;
  if (largest == 0)
    text += fmt::format(" {} of the built-in kernels, bit for bit", steps == 1 ? "equals that" : "equal those");
  else if (std::isinf(largest))
    text += fmt::format(" {} finite only up to step {}", steps == 1 ? "is" : "are", grouped(largest_at - 1));
  else
    text += fmt::format(" {} of the built-in kernels by at most {:.1e} (step {})",
                        steps == 1 ? "differs from that" : "differ from those", largest, grouped(largest_at));
  if (first.loss > rounding) return text + "; they part in the first step: look at the forward pass";
  if (first.gradient > rounding)
    return text + fmt::format(
                      "; in the first step the gradient of {} is off by {} of its largest value: look at the "
                      "backward pass",
                      first.worst_gradient, percent(first.gradient));
  // Equal gradients: others may differ in sign where they are almost 0, and Adam steps by the sign.
  if (first.gradient == 0 && first.change > rounding)
    return text + fmt::format("; the first step moves a weight by {} of the largest move too far: look at the update",
                              percent(first.change));
  if (first_beyond > 0)
    text += fmt::format("; the first step agrees, and from step {} on they differ by more than 0.01 %",
                        grouped(first_beyond));
  return text;
}

BuiltInTwin::BuiltInTwin(const Program& program, const Dataset& training, const ImplementationChoice& choice)
    : program_(program),
      twin_(program.net(), program.recipe(), program.device(), choice),
      samples_(std::uint32_t(training.n)),
      images_(uploaded(program.device(), training.images)),
      labels_(uploaded(program.device(), training.labels)),
      permutation_(program.device(), samples_ * sizeof(std::uint32_t)) {
  twin_.initialize();
  twin_.set_parameters(program.parameters());
  for (int which = 1; which <= program.recipe().optimizer.moments(); ++which)
    twin_.set_moment(which, program.moment(which));
  twin_.set_state(program.state());
  twin_.bind_training({static_cast<const std::uint8_t*>(images_.data()),
                       static_cast<const std::int32_t*>(labels_.data()),
                       static_cast<const std::uint32_t*>(permutation_.data())});
}

void BuiltInTwin::follow() {
  program_.device().synchronize();
  const StepState now = program_.state();
  if (const StepState mine = twin_.state(); !begun_ || mine.epoch != now.epoch) begin_epoch(now);
  begun_ = true;
  while (twin_.state().step < now.step) step();
}

void BuiltInTwin::begin_epoch(const StepState& now) {
  const std::vector<std::uint32_t> order = epoch_order(twin_.recipe().seed, now.epoch, samples_);
  twin_.device().upload(permutation_.data(), order.data(), order.size() * sizeof(std::uint32_t));
  const std::uint32_t behind = std::uint32_t(now.step - twin_.state().step);
  twin_.begin_training_epoch(now.epoch, samples_, now.learning_rate, now.cursor - behind);
}

void BuiltInTwin::step() {
  const std::uint32_t entry = twin_.state().ring_slot % twin_.ring_capacity();
  const bool first = distance_.steps == 0;
  const std::vector<float> before = first ? twin_.parameters() : std::vector<float>();
  twin_.train_step();
  twin_.device().synchronize();
  const auto loss = [entry](const Program& of) { return double(of.ring()[entry].loss_sum) / of.ring()[entry].valid; };
  distance_.add(loss(program_), loss(twin_));
  if (first) compare_first_step(before);
}

void BuiltInTwin::compare_first_step(const std::vector<float>& before) {
  if (program_.state().step != twin_.state().step) return;  // it has done several at once
  const std::vector<float> mine = program_.gradients(), built_in = twin_.gradients();
  std::int64_t begin = 0;
  for (const Layer& layer : twin_.net().layers)
    for (const Parameter& parameter : layer.parameters) {
      const double distance =
          parameter.trained ? relative_distance(mine, built_in, built_in, begin, parameter.size()) : 0;
      if (distance > distance_.first.gradient)
        distance_.first.gradient = distance, distance_.first.worst_gradient = parameter.name;
      begin += parameter.size();
    }
  const std::vector<float> after = twin_.parameters();
  std::vector<float> change(after.size());
  std::transform(after.begin(), after.end(), before.begin(), change.begin(), std::minus<>());
  distance_.first.change = relative_distance(program_.parameters(), after, change, 0, std::int64_t(after.size()));
}

}  // namespace gs::apps
