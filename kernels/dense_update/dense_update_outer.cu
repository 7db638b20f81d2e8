// dense_update_outer.cu - the weight gradient as outer products (dense_weight_outer.cu), used for the optimizer's step
// while it is in registers.
//
// Two calls would write 4 bytes of gradient per weight and read them again: with Adam this moves 24 bytes instead of
// 32, or with a bf16 copy 26 instead of 34. Bound by memory. The same bits as the two calls `outer` and `adam`.
#include <type_traits>

#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/dense/outer_products.h"
#include "kernels/dense_update/dense_update.h"
#include "kernels/optimizer/adam_step.h"
#include "kernels/optimizer/update_groups.h"

namespace gs::GS_TARGET {
namespace {

template <class Step, class T, bool whole, class Copy>
__global__ void __launch_bounds__(outer_threads, 3)
    update_outer(UpdatedParameter<Copy> w, UpdatedParameter<Copy> b, const T* __restrict__ x, const T* __restrict__ dy,
                 const StepState* __restrict__ state, Dense d, Squares squares, typename Step::Numbers numbers) {
  const int square = int(blockIdx.x) * outer_threads + int(threadIdx.x);
  if (square >= squares.count) return;
  const OuterProducts<T, whole> products(x, dy, d, squares, square);
  const Step step(numbers, *state);
  std::int64_t at = std::int64_t(products.o) * d.in + products.j;
#pragma unroll
  for (int k = 0; k < outer_outputs; ++k, at += d.in) {
    if (k >= products.outputs) break;
    const float(&row)[outer_inputs] = products.sums[k];
    if constexpr (whole) {
      w.update(at / outer_inputs, Run<float, outer_inputs>{{row[0], row[1], row[2], row[3]}}, step);
    } else {
#pragma unroll
      for (int l = 0; l < outer_inputs; ++l)
        if (l < products.inputs) w.update(at + l, Run<float, 1>{{row[l]}}, step);
    }
  }
  if (products.j > 0) return;
  const auto biases = products.bias_gradients(dy, d);
#pragma unroll
  for (int k = 0; k < outer_outputs; ++k)
    if (k < products.outputs) b.update(products.o + k, Run<float, 1>{{biases.values[k]}}, step);
}

template <class T>
using CopyFor = decltype(copy_for<T>(nullptr));

/// Tensor cores compute the gradient of more images faster. Layers that read bf16 need the bf16 copy, others do not.
/// Not AdamW: nvcc contracts its step to other multiply-adds than in `adam`, so the bits would differ.
template <class T>
bool supports_outer(const DenseUpdate& p) {
  return p.dense.n < fewest_images_of_tensor_gradient && Squares::supports(p.dense) && p.optimizer.name == "adam" &&
         p.optimizer.bf16_copy == std::is_same_v<T, bf16> && !p.data_gradient;
}

template <class T>
void dense_weight_update_outer(T*, float* w, float* w_moment1, float* w_moment2, bf16* w_copy, float* b,
                               float* b_moment1, float* b_moment2, bf16* b_copy, const T* x, const T* dy, const T*,
                               const StepState* state, const DenseUpdate& p, void*, stream_t stream) {
  const bool whole = whole_squares(p.dense, x, dy) && aligned_for<outer_inputs>(w) &&
                     aligned_for<outer_inputs>(w_moment1) && aligned_for<outer_inputs>(w_moment2) &&
                     aligned_for<outer_inputs>(w_copy);
  const UpdatedParameter<CopyFor<T>> weights{w, w_moment1, w_moment2, copy_for<T>(w_copy)},
      biases{b, b_moment1, b_moment2, copy_for<T>(b_copy)};
  const Squares squares(p.dense);
  const AdamStep<false>::Numbers numbers(p.optimizer);
  const Geometry geometry(dim3(squares.blocks()), dim3(outer_threads));
  if (whole)
    launch<update_outer<AdamStep<false>, T, true, CopyFor<T>>>(geometry, stream, weights, biases, x, dy, state, p.dense,
                                                               squares, numbers);
  else
    launch<update_outer<AdamStep<false>, T, false, CopyFor<T>>>(geometry, stream, weights, biases, x, dy, state,
                                                                p.dense, squares, numbers);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<DenseWeightUpdate<T>>({.name = "outer",
                                      .rank = 1,
                                      .targets = on_blocks,
                                      .launch = &dense_weight_update_outer<T>,
                                      .supports = &supports_outer<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
