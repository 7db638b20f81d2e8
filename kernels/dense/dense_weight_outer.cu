// dense_weight_outer.cu - the weight gradient as outer products: dW += dy_i x_i^T, image by image, in registers.
//
// Changed from dense_tiled: for small n the bound is writing the out * in results, always in fp32 (4 bytes for 2 n
// operations). So a thread keeps 8 outputs by 4 inputs of dW (outer_products.h), x and dy come from the caches, up to
// 16 bytes at a time, and so is dW written. Below about 16 images tensor cores would wait for the same memory, and this
// is fp32. The threads of the first inputs also write db: one kernel instead of two.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/dense/outer_products.h"

namespace gs::GS_TARGET {
namespace {

template <class T, bool whole>
__global__ void __launch_bounds__(outer_threads)
    filter_gradient_outer(float* __restrict__ dw, float* __restrict__ db, const T* __restrict__ x,
                          const T* __restrict__ dy, Dense d, Squares squares) {
  const int square = int(blockIdx.x) * outer_threads + int(threadIdx.x);
  if (square >= squares.count) return;
  const OuterProducts<T, whole> products(x, dy, d, squares, square);
  float* to = dw + std::int64_t(products.o) * d.in + products.j;
#pragma unroll
  for (int a = 0; a < outer_outputs; ++a, to += d.in) {
    if (a >= products.outputs) break;
    const float(&row)[outer_inputs] = products.sums[a];
    if constexpr (whole) {
      set_run_at(to, 0, Run<float, outer_inputs>{{row[0], row[1], row[2], row[3]}});
    } else {
#pragma unroll
      for (int b = 0; b < outer_inputs; ++b)
        if (b < products.inputs) to[b] = row[b];
    }
  }
  if (products.j > 0) return;
  const auto biases = products.bias_gradients(dy, d);
#pragma unroll
  for (int a = 0; a < outer_outputs; ++a)
    if (a < products.outputs) db[products.o + a] = biases.values[a];
}

template <class T>
void dense_weight_gradient_outer(float* dw, float* db, const T* x, const T* dy, const Dense& d, void*, stream_t s) {
  const Squares squares(d);
  const Geometry geometry(dim3(squares.blocks()), dim3(outer_threads));
  if (whole_squares(d, x, dy) && aligned_for<outer_inputs>(dw))
    launch<filter_gradient_outer<T, true>>(geometry, s, dw, db, x, dy, d, squares);
  else
    launch<filter_gradient_outer<T, false>>(geometry, s, dw, db, x, dy, d, squares);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<DenseWeightGradient<T>>({.name = "outer",
                                        .rank = 3,
                                        .targets = on_blocks,
                                        .launch = &dense_weight_gradient_outer<T>,
                                        .supports = &Squares::supports});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
