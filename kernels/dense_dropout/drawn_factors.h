// drawn_factors.h - the factors of an inverted dropout, as a dense layer's forward pass takes them (dense_factors.h).
#pragma once
#include "kernels/dropout/dropout_draw.h"

namespace gs::GS_TARGET {

/// A thread's neighbours in a group of four share a draw: in a tile of dense_tiled those that it has in a row, where
/// `out` is a multiple of four. In dense_tensor it has none, and each element takes a draw.
struct DrawnFactors {
  const StepState* state;
  Dropout problem;
  float scale;
  __device__ DropoutMask for_thread() const { return {*state, problem, scale}; }
};

}  // namespace gs::GS_TARGET
