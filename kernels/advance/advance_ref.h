// advance_ref.h - what the advance kernel must do to a state.
#pragma once
#include "kernels/advance/advance.h"

namespace gs::ref {

/// The state after one more step.
inline StepState advance(StepState state, const Advance& p) {
  ++state.cursor;
  ++state.ring_slot;
  if (p.training) {
    ++state.step;
    state.beta1_power *= p.beta1;
    state.beta2_power *= p.beta2;
  }
  return state;
}

}  // namespace gs::ref
