// advance.h - the menu of the last kernel of a step: it moves the step's state on, on the device.
#pragma once
#include "kernels/common/step_state.h"
#include "kernels/common/technique.h"

namespace gs {

struct Advance {
  bool training = true;  ///< false: only the cursor and the ring slot move (evaluation)
  float beta1 = 0, beta2 = 0;
  auto operator<=>(const Advance&) const = default;
};

/// cursor += 1, ring_slot += 1; in training also step += 1 and the powers of beta are multiplied once more.
struct AdvanceStep {
  using Problem = Advance;
  using Launch = void(StepState*, const Advance&, void* workspace, stream_t);
};

Cost cost(AdvanceStep, const Advance&);

}  // namespace gs
