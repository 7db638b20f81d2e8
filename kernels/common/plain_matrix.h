// plain_matrix.h - a dense row-major matrix as an operand of tensor_gemm.h.
#pragma once
#include "kernels/common/async_copy.h"

namespace gs::GS_TARGET {

/// Copies a group that is not aligned to 16 bytes element by element: element i from `from` + place(i), or zero if
/// place(i) < 0. Asynchronous copies move at least 4 bytes; smaller elements go through registers.
template <class Element, class Place>
__device__ inline void copy_singly(Element* to, const Element* from, const Place& place) {
  if constexpr (sizeof(Element) == 4) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int at = place(i);
      async_copy_4(to + i, from + (at < 0 ? 0 : at), at >= 0);
    }
  } else {
    std::uint32_t pairs[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int low = place(2 * i), high = place(2 * i + 1);
      pairs[i] = (low < 0 ? 0u : from[low].bits) | (high < 0 ? 0u : std::uint32_t(from[high].bits) << 16);
    }
    *reinterpret_cast<uint4*>(to) = make_uint4(pairs[0], pairs[1], pairs[2], pairs[3]);
  }
}

template <class Element_, bool along_depth_>
struct PlainMatrix {
  using Element = Element_;
  static constexpr bool along_depth = along_depth_;
  using Line = int;  // offset of its first element; -1: outside
  using Group = int;

  const Element* from;
  int lines, line_elements;
  bool vectors;  ///< lines begin and end at multiples of 16 bytes

  __device__ Line line(int i) const { return i < lines ? i * line_elements : -1; }
  __device__ Group group(int j) const { return j; }
  __device__ void copy(Element* to, Line at, Group j) const {
    if (vectors) {
      const bool inside = at >= 0 && j < line_elements;
      async_copy_16(to, from + (inside ? at + j : 0), inside);
    } else {
      copy_singly(to, from, [&](int i) { return at >= 0 && j + i < line_elements ? at + j + i : -1; });
    }
  }
};

/// True if lines of `elements` elements, the first at `from`, can be copied 16 bytes at a time.
template <class Element>
bool in_vectors(const Element* from, int elements) {
  return std::size_t(elements) * sizeof(Element) % 16 == 0 && reinterpret_cast<std::uintptr_t>(from) % 16 == 0;
}

}  // namespace gs::GS_TARGET
