// vector_chunks.h - what the dense layer's vector kernels (dense_simd.cu, kernels/dense_update) share: chunks of
// inputs, and the gradient of the biases.
#pragma once
#include <algorithm>

#include "kernels/common/host_vector.h"
#include "kernels/dense/dense.h"

namespace gs::GS_TARGET {

constexpr int dense_rows = 8;              ///< rows of the batch that share a vector of weights
constexpr std::int64_t dense_chunk = 512;  ///< inputs per pass: 8 rows of them stay in an L1 cache
constexpr std::int64_t dense_chunk_pitch = dense_chunk + lanes;  ///< floats between the rows of a chunk
/// Outputs x 8 rows are sums or factors, one register each: half of the registers.
constexpr int dense_output_tile = vector_registers / 16;

/// Rows of a chunk, side by side. Rows of a tensor are often a power of two of bytes apart: eight of them, at the same
/// input, and the weights would share one set of the caches, and evict each other.
struct ChunkRows {
  alignas(64) float values[dense_rows * dense_chunk_pitch];
  /// A copy of `size` inputs of `rows` rows, from x on.
  template <int rows, class T>
  const float* copy(const T* x, const Dense& d, std::int64_t size) {
    for (std::int64_t i = 0; i < rows; ++i)
      std::transform(x + i * d.in, x + i * d.in + size, values + i * dense_chunk_pitch, [](T v) { return widened(v); });
    return values;
  }
  /// dx[i, j] = the sums, masked as by DenseDataGradient, of `rows` rows and `size` inputs.
  template <int rows, class T>
  void store_gradients(T* dx, const T* relu_output, const Dense& d, std::int64_t size) const {
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < size; j += lanes) {
        const std::int64_t at = i * d.in + j, count = size - j;
        const Vec sums = load(values + i * dense_chunk_pitch + j);
        store(dx + at,
              relu_output ? where_positive(load(relu_output + at, count), broadcast(d.mask_scale) * sums) : sums,
              count);
      }
  }
};

/// db[o] = sum over rows of dy[i, o].
template <class T>
float bias_gradient(const T* dy, const Dense& d, std::int64_t o) {
  float sum = 0;
  for (std::int64_t i = 0; i < d.n; ++i) sum += widened(dy[i * d.out + o]);
  return sum;
}

}  // namespace gs::GS_TARGET
