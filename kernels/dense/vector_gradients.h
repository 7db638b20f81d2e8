// vector_gradients.h - the weight gradient of a dense layer on a CPU, for a run of inputs: dense_simd.cu stores it,
// kernels/dense_update uses it for a step.
#pragma once

#include "kernels/common/host_vector.h"
#include "kernels/dense/dense.h"

namespace gs::GS_TARGET {

constexpr int dense_rows = 8;              ///< rows of the batch that share a vector of weights
constexpr std::int64_t dense_chunk = 512;  ///< inputs per pass: 8 rows of them stay in an L1 cache
constexpr std::int64_t dense_chunk_pitch = dense_chunk + lanes;  ///< floats between the rows of a chunk

/// dW[o, j] (+)= sum over `rows` of dy[i, o] x[i, j], for `size` inputs and `outputs` outputs. Rows of x are `x_pitch`
/// floats apart, those of dW `dw_pitch`.
template <int rows, int outputs, class T, class Pitch>
GS_INLINE void add_weight_gradients(float* dw, std::int64_t dw_pitch, const float* x, const T* dy, const Dense& d,
                                    std::int64_t size, Pitch x_pitch, bool first) {
  Vec factors[outputs][rows];
  for (int o = 0; o < outputs; ++o)
    for (int i = 0; i < rows; ++i) factors[o][i] = broadcast(widened(dy[i * d.out + o]));
  for (std::int64_t j = 0; j < size; j += lanes) {
    Vec inputs[rows];
    for (int i = 0; i < rows; ++i) inputs[i] = load(x + i * x_pitch + j, size - j);
    for (int o = 0; o < outputs; ++o) {
      Vec sums = first ? Vec{} : load(dw + o * dw_pitch + j, size - j);
      for (int i = 0; i < rows; ++i) sums += factors[o][i] * inputs[i];
      store(dw + o * dw_pitch + j, sums, size - j);
    }
  }
}

/// db[o] = sum over rows of dy[i, o].
template <class T>
float bias_gradient(const T* dy, const Dense& d, std::int64_t o) {
  float sum = 0;
  for (std::int64_t i = 0; i < d.n; ++i) sum += widened(dy[i * d.out + o]);
  return sum;
}

}  // namespace gs::GS_TARGET
