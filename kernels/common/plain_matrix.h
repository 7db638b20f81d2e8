// plain_matrix.h - a matrix in memory, one line after the other, as tensor_gemm.h wants its operands.
#pragma once
#include "kernels/common/async_copy.h"

namespace gs::GS_TARGET {

template <bool along_depth_>
struct PlainMatrix {
  static constexpr bool along_depth = along_depth_;
  using Line = int;  // where it begins; -1: nowhere
  using Four = int;

  const float* from;
  int lines, line_floats;
  bool vectors;  ///< lines begin and end on 16 bytes

  __device__ Line line(int i) const { return i < lines ? i * line_floats : -1; }
  __device__ Four four(int j) const { return j; }
  __device__ void copy(float* to, Line at, Four j) const {
    if (vectors) {
      const bool inside = at >= 0 && j < line_floats;
      async_copy_16(to, from + (inside ? at + j : 0), inside);
      return;
    }
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const bool inside = at >= 0 && j + i < line_floats;
      async_copy_4(to + i, from + (inside ? at + j + i : 0), inside);
    }
  }
};

}  // namespace gs::GS_TARGET
