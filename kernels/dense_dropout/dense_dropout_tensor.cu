// dense_dropout_tensor.cu - dense_tensor's forward pass, fused with inverted dropout, in tf32 or bf16.
//
// Changed from dense_dropout_tiled: products on tensor cores. The block that completes an output's sum draws its
// factor; a thread's outputs are eight apart, so each needs its own draw. The sums equal those of dense_tensor, bit for
// bit. Bound by memory: the weights are read once.
#include "kernels/common/registration.h"
#include "kernels/dense/dense_tensor_forward.h"
#include "kernels/dense_dropout/dense_dropout.h"
#include "kernels/dense_dropout/drawn_factors.h"

namespace gs::GS_TARGET {

namespace {

bool dense_dropout_tensor_supports(const DenseDropout& d) {
  return dense_tensor_supports(d.dense);
}

template <class T>
std::size_t dense_dropout_tensor_workspace(const DenseDropout& d) {
  return dense_forward_tensor_workspace<T>(d.dense);
}

template <class T>
std::size_t dense_dropout_tensor_counters(const DenseDropout& d) {
  return dense_forward_tensor_counters<T>(d.dense);
}

template <class T>
void dense_dropout_forward_tensor(T* y, const T* x, const T* w, const T* bias, const StepState* state,
                                  const DenseDropout& d, void* workspace, stream_t s) {
  dense_forward_on_tensor_cores(y, x, w, bias, d.dense, DrawnFactors{state, d.dropout, d.dropout.scale()}, workspace,
                                s);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<DenseDropoutForward<T>>({.name = "tensor",
                                        .rank = 2,
                                        .targets = on_blocks,
                                        .launch = &dense_dropout_forward_tensor<T>,
                                        .supports = &dense_dropout_tensor_supports,
                                        .workspace_bytes = &dense_dropout_tensor_workspace<T>,
                                        .counter_bytes = &dense_dropout_tensor_counters<T>,
                                        .arithmetic = tensor_core_arithmetic<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
