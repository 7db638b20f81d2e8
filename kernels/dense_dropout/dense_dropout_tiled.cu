// dense_dropout_tiled.cu - dense_tiled's forward pass, fused with inverted dropout.
//
// Changed from dense_tiled: the kernel that completes an output's sum (the product, or the one that adds slices) also
// draws the output's factor from Philox, about 100 integer operations per draw. The sums are the same, bit for bit.
// Bound by memory: the weights are read once.
#include "kernels/common/registration.h"
#include "kernels/dense/dense_tiled_forward.h"
#include "kernels/dense_dropout/dense_dropout.h"
#include "kernels/dense_dropout/drawn_factors.h"

namespace gs::GS_TARGET {

namespace {

bool dense_dropout_tiled_supports(const DenseDropout& d) {
  return dense_tiled_supports(d.dense) && d.dropout.fits_counter();
}

std::size_t dense_dropout_tiled_workspace(const DenseDropout& d) {
  return dense_forward_tiled_workspace(d.dense);
}

template <class T>
void dense_dropout_forward_tiled(T* y, const T* x, const T* w, const T* bias, const StepState* state,
                                 const DenseDropout& d, void* workspace, stream_t s) {
  dense_forward_in_tiles(y, x, w, bias, d.dense, DrawnFactors{state, d.dropout, d.dropout.scale()}, workspace, s);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<DenseDropoutForward<T>>({.name = "tiled",
                                        .rank = 1,
                                        .targets = on_blocks,
                                        .launch = &dense_dropout_forward_tiled<T>,
                                        .supports = &dense_dropout_tiled_supports,
                                        .workspace_bytes = &dense_dropout_tiled_workspace});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
