// drawn_factors.h - dropout factors for a dense layer's forward pass (dense_factors.h).
#pragma once
#include "kernels/dropout/dropout_draw.h"

namespace gs::GS_TARGET {

/// Adjacent elements in a group of four share a draw. In dense_tiled a thread has four adjacent outputs per row, one
/// group if `out` is a multiple of four; in dense_tensor each element needs its own draw.
struct DrawnFactors {
  const StepState* state;
  Dropout problem;
  float scale;
  __device__ DropoutMask for_thread() const { return {*state, problem, scale}; }
};

}  // namespace gs::GS_TARGET
