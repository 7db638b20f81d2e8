// built_in_twin.cpp - each step of the run is repeated by the twin, on the same images in the same order.
#include "apps/kernel/built_in_twin.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "engine/data/sampler.h"
#include "kernels/common/grouped.h"

namespace gs::apps {
namespace {

/// Beyond this part of the loss two orders of the same sums do not differ in a short run.
constexpr double rounding = 1e-4;

}  // namespace

void LossDistance::add(double loss, double built_in) {
  const double distance = std::isnan(loss) ? INFINITY : std::abs(loss - built_in);
  const double relative = distance / std::max(std::abs(built_in), 1e-6);
  if (++steps == 1) first_step = relative;
  if (distance > largest) largest = distance, largest_at = steps;
  if (relative > rounding && first_beyond == 0) first_beyond = steps;
}

std::string LossDistance::words() const {
  const std::string of_steps =
      steps == 1 ? "the loss of 1 step" : fmt::format("the losses of {}", plural(steps, "step"));
  if (largest == 0)
    return fmt::format("{} {} as by the built-in kernels, bit for bit", of_steps, steps == 1 ? "is" : "are");
  const std::string size = std::isinf(largest)
                               ? "are no longer finite in step " + grouped(largest_at)
                               : fmt::format("differ from those by the built-in kernels by at most {:.1e} (step {})",
                                             largest, grouped(largest_at));
  std::string text = of_steps + " " + size;
  if (first_beyond == 0) return text;
  text += fmt::format("; from step {} on by more than rounding explains", grouped(first_beyond));
  if (first_beyond == 1) return text + ": look at the forward pass first";
  return text + (first_step <= rounding ? ": the first loss agrees, so look at the backward pass and the update" : "");
}

BuiltInTwin::BuiltInTwin(const Program& program, const DataSplits& data, const ImplementationChoice& choice)
    : twin_(program.net(), program.recipe(), program.device(), choice),
      samples_(std::uint32_t(data.train.n)),
      images_(uploaded(program.device(), data.train.images)),
      labels_(uploaded(program.device(), data.train.labels)),
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

void BuiltInTwin::step_done(const TrainedStep& step) {
  Device& device = twin_.device();
  if (step.epoch != epoch_) {
    const std::vector<std::uint32_t> order = epoch_order(twin_.recipe().seed, std::uint32_t(step.epoch - 1), samples_);
    device.upload(permutation_.data(), order.data(), order.size() * sizeof(std::uint32_t));
    twin_.begin_training_epoch(std::uint32_t(step.epoch - 1), samples_, float(step.learning_rate), step.step);
    epoch_ = step.epoch;
    steps_in_epoch_ = 0;
  }
  twin_.train_step();
  device.synchronize();
  const StepMetrics& built_in = twin_.ring()[steps_in_epoch_++ % twin_.ring_capacity()];
  distance_.add(step.loss, built_in.loss_sum / built_in.valid);
}

}  // namespace gs::apps
