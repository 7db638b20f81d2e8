// dense_weight_outer.cu - the weight gradient as outer products: dW += dy_i x_i^T, image by image, in registers.
//
// Changed from dense_tiled: for small n the bound is writing the out * in results, always in fp32 (4 bytes for 2 n
// operations). So a thread keeps 8 outputs by 4 inputs of dW and reads the batch once, without shared memory or
// barriers: x and dy come from the caches, four values of x at a time, and dW is written 16 bytes at a time. Below
// about 16 images tensor cores would wait for the same memory, and this is fp32. The threads of the first inputs have
// read all dy of their outputs and write db: one kernel instead of two.
#include "kernels/common/divide.h"
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/dense/dense.h"

namespace gs::GS_TARGET {
namespace {

constexpr int outer_threads = 256, outer_outputs = 8, outer_inputs = 4;

/// Inputs that are read with one load.
template <class T>
struct alignas(outer_inputs * sizeof(T)) Neighbours {
  T values[outer_inputs];
};

template <class T>
__global__ void __launch_bounds__(outer_threads)
    filter_gradient_outer(float* __restrict__ dw, float* __restrict__ db, const T* __restrict__ x,
                          const T* __restrict__ dy, Dense d, Divider by_columns, int squares, bool vectors) {
  const int square = int(blockIdx.x) * outer_threads + int(threadIdx.x);
  if (square >= squares) return;
  int row = square;
  const int j = by_columns.split(row) * outer_inputs, o = row * outer_outputs;
  const int outputs = d.out - o < outer_outputs ? d.out - o : outer_outputs;
  const int inputs = d.in - j < outer_inputs ? d.in - j : outer_inputs;
  float sums[outer_outputs][outer_inputs] = {}, bias_sums[outer_outputs] = {};
#pragma unroll 2
  for (int i = 0; i < d.n; ++i) {
    const T* from = x + std::int64_t(i) * d.in + j;
    float xs[outer_inputs], gradients[outer_outputs];
    if (vectors) {
      const auto four = *reinterpret_cast<const Neighbours<T>*>(from);
#pragma unroll
      for (int b = 0; b < outer_inputs; ++b) xs[b] = widened(four.values[b]);
    } else {
#pragma unroll
      for (int b = 0; b < outer_inputs; ++b) xs[b] = b < inputs ? widened(from[b]) : 0.0f;
    }
#pragma unroll
    for (int a = 0; a < outer_outputs; ++a)
      gradients[a] = a < outputs ? widened(dy[std::int64_t(i) * d.out + o + a]) : 0.0f;
#pragma unroll
    for (int a = 0; a < outer_outputs; ++a) {
      bias_sums[a] += gradients[a];
#pragma unroll
      for (int b = 0; b < outer_inputs; ++b) sums[a][b] += gradients[a] * xs[b];
    }
  }
#pragma unroll
  for (int a = 0; a < outer_outputs; ++a) {
    if (a >= outputs) break;
    float* to = dw + std::int64_t(o + a) * d.in + j;
    if (vectors) {
      *reinterpret_cast<float4*>(to) = make_float4(sums[a][0], sums[a][1], sums[a][2], sums[a][3]);
    } else {
#pragma unroll
      for (int b = 0; b < outer_inputs; ++b)
        if (b < inputs) to[b] = sums[a][b];
    }
    if (j == 0) db[o + a] = bias_sums[a];
  }
}

std::int64_t squares_of(const Dense& d) {
  const auto parts = [](std::int64_t extent, int part) { return (extent + part - 1) / part; };
  return parts(d.in, outer_inputs) * parts(d.out, outer_outputs);
}

/// Indices of squares must fit 31 bits.
bool dense_weight_gradient_outer_supports(const Dense& d) {
  return squares_of(d) < 1 << 30;
}

template <class T>
void dense_weight_gradient_outer(float* dw, float* db, const T* x, const T* dy, const Dense& d, void*, stream_t s) {
  const int squares = int(squares_of(d)), columns = (d.in + outer_inputs - 1) / outer_inputs;
  const auto aligned = [](const auto* p) {
    return reinterpret_cast<std::uintptr_t>(p) % (outer_inputs * sizeof(*p)) == 0;
  };
  const bool vectors = d.in % outer_inputs == 0 && aligned(dw) && aligned(x);
  launch<filter_gradient_outer<T>>({dim3(unsigned((squares + outer_threads - 1) / outer_threads)), dim3(outer_threads)},
                                   s, dw, db, x, dy, d, Divider(columns), squares, vectors);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<DenseWeightGradient<T>>({.name = "outer",
                                        .rank = 3,
                                        .targets = on_blocks,
                                        .launch = &dense_weight_gradient_outer<T>,
                                        .supports = &dense_weight_gradient_outer_supports});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
