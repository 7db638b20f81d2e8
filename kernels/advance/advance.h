// advance.h - the menu of moving a step's state on, on the device.
//
// Two states, so that nobody has to wait: `next` belongs to the step that will be gathered next, `now` to the one that
// runs. Once the batch is gathered, `now` becomes what `next` was and `next` moves on, beside the first layer; whatever
// comes later in the step reads `now`.
#pragma once
#include "kernels/common/step_state.h"
#include "kernels/common/variant.h"

namespace gs {

struct Advance {
  bool training = true;  ///< false: only the cursor and the ring slot move (evaluation)
  float beta1 = 0, beta2 = 0;
  auto operator<=>(const Advance&) const = default;
};

/// now = next; then in next cursor += 1, ring_slot += 1; in training also step += 1 and the powers of beta are
/// multiplied once more.
struct AdvanceStep {
  static constexpr std::string_view name = "advance step";
  using Problem = Advance;
  using Launch = void(StepState* now, StepState* next, const Advance&, void* workspace, stream_t);
};

Cost cost(AdvanceStep, const Advance&);

}  // namespace gs
