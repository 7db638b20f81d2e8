// tensor_operand.h - an operand of a product on tensor cores: asynchronous copies from global to shared memory, and
// loads from there into a warp's fragments.
//
// Elements are floats, rounded to tf32 when loaded into registers, or bf16. Sizes in bytes are the same for both: a
// group is 16 bytes (4 or 8 elements), a stage is 128 bytes deep (32 or 64), an instruction 32 bytes (8 or 16).
#pragma once
#include "kernels/common/async_copy.h"
#include "kernels/common/tensor_core.h"

namespace gs::GS_TARGET {

inline constexpr int tensor_threads = 128;
inline constexpr int tensor_blocks = 4;  ///< minimum per SM: left alone, ptxas aims at more and spills

template <class Element>
inline constexpr int group_elements = 16 / int(sizeof(Element));
template <class Element>
inline constexpr int stage_depth = 128 / int(sizeof(Element));
template <class Element>
inline constexpr int step_depth = 32 / int(sizeof(Element));

/// Layout in shared memory of `width` rows of A (columns of B) of one stage, and the part that this thread copies.
/// Padding avoids bank conflicts between the lanes that read a fragment: 4 words if ldmatrix reads 16 bytes of each of
/// 8 lines; 8 words if lines are values of k and floats are read singly, from line lane % 4.
template <class Matrix, int width>
class StagedOperand {
 public:
  using Element = typename Matrix::Element;
  static constexpr bool along_depth = Matrix::along_depth;
  static constexpr int line_elements = along_depth ? stage_depth<Element> : width;
  static constexpr int lines = along_depth ? width : stage_depth<Element>;
  static constexpr bool by_ldmatrix = along_depth || sizeof(Element) == 2;
  static constexpr int pitch = line_elements + (by_ldmatrix ? 16 : 32) / int(sizeof(Element));
  static constexpr int elements = lines * pitch;
  static_assert(by_ldmatrix ? pitch * sizeof(Element) % 32 == 16 : pitch % 32 == 8 || pitch % 32 == 24);

  __device__ StagedOperand(const Matrix& matrix, int first)
      : matrix_(matrix), line_(int(threadIdx.x) / groups), place_(int(threadIdx.x) % groups * group_size) {
    if constexpr (along_depth) {
#pragma unroll
      for (int i = 0; i < pieces; ++i) found_[i] = matrix.line(first + line_ + i * step);
    } else {
      found_[0] = matrix.group(first + place_);
    }
  }

  /// Starts the copies of the stage whose first k is `k`.
  __device__ void start(Element* stage, int k) const {
    if (lines < step && line_ >= lines) return;
    Element* to = stage + line_ * pitch + place_;
    if constexpr (along_depth) {
      const auto group = matrix_.group(k + place_);
#pragma unroll
      for (int i = 0; i < pieces; ++i) matrix_.copy(to + i * step * pitch, found_[i], group);
    } else {
#pragma unroll
      for (int i = 0; i < pieces; ++i)
        matrix_.copy(to + i * step * pitch, matrix_.line(k + line_ + i * step), found_[0]);
    }
  }

 private:
  static constexpr int group_size = group_elements<Element>, groups = line_elements / group_size;  // groups in a line
  static constexpr int step = tensor_threads / groups;            // from one of a thread's lines to the next
  static constexpr int pieces = lines < step ? 1 : lines / step;  // groups per thread and stage
  static_assert(groups * group_size == line_elements && groups * step == tensor_threads);
  static_assert(lines < step || pieces * step == lines);

  template <class M, bool lines>
  struct Half {
    using type = typename M::Line;
  };
  template <class M>
  struct Half<M, false> {
    using type = typename M::Group;
  };
  const Matrix& matrix_;
  int line_, place_;
  typename Half<Matrix, along_depth>::type found_[along_depth ? pieces : 1];
};

/// Rounds floats, given as raw bits, to tf32; bf16 is unchanged.
template <class Element, int n>
__device__ inline void round_fragment(std::uint32_t (&bits)[n]) {
  if constexpr (sizeof(Element) == 4) {
#pragma unroll
    for (int i = 0; i < n; ++i) bits[i] = round_to_tf32(__uint_as_float(bits[i]));
  }
}

/// Loads A(m .. m + 15, k ..) from a stage, one instruction deep.
template <class Operand>
__device__ inline void load_a(std::uint32_t (&a)[4], const typename Operand::Element* stage, int m, int k) {
  using Element = typename Operand::Element;
  const int lane = int(threadIdx.x) % 32;
  if constexpr (Operand::along_depth) {
    ldmatrix_x4(a, stage + (m + lane % 16) * Operand::pitch + k + lane / 16 * group_elements<Element>);
  } else if constexpr (sizeof(Element) == 2) {
    ldmatrix_x4_trans(a, stage + (k + lane / 16 * 8 + lane % 8) * Operand::pitch + m + lane / 8 % 2 * 8);
  } else {
    const Element* at = stage + (k + lane % 4) * Operand::pitch + m + lane / 4;
#pragma unroll
    for (int i = 0; i < 4; ++i) a[i] = __float_as_uint(at[i / 2 * 4 * Operand::pitch + i % 2 * 8]);
  }
  round_fragment<Element>(a);
}

/// Loads B(k .., n .. n + 7) and, if `count` is 2, the next 8 columns. One ldmatrix loads both; if `count` is 1, half
/// of the lanes pass the same rows again.
template <class Operand, int count>
__device__ inline void load_b(std::uint32_t (*b)[2], const typename Operand::Element* stage, int n, int k) {
  using Element = typename Operand::Element;
  const int lane = int(threadIdx.x) % 32, second = count == 2 ? lane / 16 * 8 : 0;
  if constexpr (Operand::by_ldmatrix) {
    std::uint32_t both[4];
    if constexpr (Operand::along_depth)
      ldmatrix_x4(both, stage + (n + second + lane % 8) * Operand::pitch + k + lane / 8 % 2 * group_elements<Element>);
    else
      ldmatrix_x4_trans(both, stage + (k + lane % 16) * Operand::pitch + n + second);
#pragma unroll
    for (int j = 0; j < count; ++j) b[j][0] = both[j * 2], b[j][1] = both[j * 2 + 1];
  } else {
    const Element* at = stage + (k + lane % 4) * Operand::pitch + n + lane / 4;
#pragma unroll
    for (int j = 0; j < count; ++j)
#pragma unroll
      for (int i = 0; i < 2; ++i) b[j][i] = __float_as_uint(at[i * 4 * Operand::pitch + j * 8]);
  }
#pragma unroll
  for (int j = 0; j < count; ++j) round_fragment<Element>(b[j]);
}

/// D += A B, one instruction.
template <class Element>
__device__ inline void multiply(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]) {
  if constexpr (sizeof(Element) == 4)
    mma_m16n8k8_tf32(d, a, b);
  else
    mma_m16n8k16_bf16(d, a, b);
}

}  // namespace gs::GS_TARGET
