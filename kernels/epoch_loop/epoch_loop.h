// epoch_loop.h - the menu of the last kernel of a step that is repeated on the device: shall there be another step?
#pragma once
#include "kernels/common/step_state.h"
#include "kernels/common/variant.h"

namespace gs {

struct EpochLoop {
  auto operator<=>(const EpochLoop&) const = default;
};

/// The loop goes on while `next`, the state of the step to come, has images left in its epoch (StepState::valid() > 0).
struct ContinueEpoch {
  static constexpr std::string_view name = "continue epoch";
  using Problem = EpochLoop;
  using Launch = void(loop_t loop, const StepState* next, const EpochLoop&, void* workspace, stream_t);
};

Cost cost(ContinueEpoch, const EpochLoop&);

}  // namespace gs
