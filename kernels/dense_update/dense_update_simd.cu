// dense_update_simd.cu - the weight gradient of a large dense layer on a CPU (dense_simd.cu), used for Adam's step
// while it is in the L1 cache.
//
// Two calls move 32 bytes a weight, and 4 more because a cache reads the lines of a gradient that it is to write; this
// one moves 24. A core takes blocks of inputs, whose rows are copied side by side to its L2 cache, and all outputs of a
// block before the next: 16 KiB of neighbouring weights and moments at a time. The bits are those of `simd` (in
// bf16 `bf16_emulated`) and `adam`.
#include <algorithm>

#include "kernels/common/host_vector.h"
#include "kernels/common/registration.h"
#include "kernels/dense/vector_gradients.h"
#include "kernels/dense_update/dense_update.h"
#include "kernels/optimizer/adam_step.h"
#include "kernels/optimizer/update_groups.h"

namespace gs::GS_TARGET {
namespace {

constexpr std::int64_t block = 4096;  ///< inputs
/// With this call the tuner has no choice among gradients, of which another may be faster for small layers.
constexpr std::int64_t fewest_weights = 1 << 20;

template <class Copy>
struct Parameter {
  float *values, *moment1, *moment2;
  Copy copy;

  /// A step of `count` parameters from index `at` on.
  template <class Step>
  void update(std::int64_t at, const float* gradients, std::int64_t count, const Step& step) const {
#pragma GCC ivdep
    for (std::int64_t i = 0; i < count; ++i)
      update_group(values, moment1, moment2, copy, at + i, Run<float, 1>{{gradients[i]}}, step);
  }
};

/// Updates the weights of `size` inputs from `first` on; `x`: their rows, side by side.
template <int rows, class T, class Copy, class Step>
void update_block(const Parameter<Copy>& w, const float* x, const T* dy, const Dense& d, std::int64_t first,
                  std::int64_t size, const Step& step) {
  alignas(64) float gradients[2][pitch];
  for_tiles<2>(d.out, [&]<int outputs>(std::int64_t o) {
    for (std::int64_t j = 0; j < size; j += chunk) {
      const std::int64_t inputs = std::min(chunk, size - j);
      add_weight_gradients<rows, outputs>(gradients[0], pitch, x + j, dy + o, d, inputs,
                                          std::integral_constant<std::int64_t, block + lanes>(), true);
      for (int k = 0; k < outputs; ++k) w.update((o + k) * d.in + first + j, gradients[k], inputs, step);
    }
  });
}

template <class T>
bool supports_simd(const DenseUpdate& p) {
  return p.dense.n <= row_tile && std::int64_t(p.dense.in) * p.dense.out >= fewest_weights &&
         p.optimizer.name == "adam" && p.optimizer.bf16_copy == std::is_same_v<T, bf16>;
}

template <class T>
void dense_weight_update_simd(float* w, float* w_moment1, float* w_moment2, bf16* w_copy, float* b, float* b_moment1,
                              float* b_moment2, bf16* b_copy, const T* x, const T* dy, const StepState* state,
                              const DenseUpdate& p, void*, stream_t) {
  const Dense& d = p.dense;
  const AdamStep<false> step(AdamStep<false>::Numbers(p.optimizer), *state);
  const Parameter weights{w, w_moment1, w_moment2, copy_for<T>(w_copy)};
  const auto blocks = [&](std::int64_t begin, std::int64_t end) {
    alignas(64) float side_by_side[row_tile * (block + lanes)];
    for (std::int64_t first = begin * block; first < std::min<std::int64_t>(end * block, d.in); first += block) {
      const std::int64_t size = std::min<std::int64_t>(block, d.in - first);
      for_tiles<row_tile>(d.n, [&]<int rows>(std::int64_t) {
        for (int i = 0; i < rows; ++i)
          std::transform(x + i * d.in + first, x + i * d.in + first + size, side_by_side + i * (block + lanes),
                         [](T value) { return widened(value); });
        update_block<rows>(weights, side_by_side, dy, d, first, size, step);
      });
    }
  };
  host_shares((d.in + block - 1) / block, blocks);
  const Parameter biases{b, b_moment1, b_moment2, copy_for<T>(b_copy)};
  for (std::int64_t o = 0; o < d.out; ++o) {
    const float gradient = bias_gradient(dy, d, o);
    biases.update(o, &gradient, 1, step);
  }
}

/// Named as the gradient of the same sums.
template <class T>
void add_variant(Registry& registry, std::string_view name) {
  registry.add<DenseWeightUpdate<T>>({.name = name,
                                      .rank = 2,
                                      .targets = on_host,
                                      .launch = &dense_weight_update_simd<T>,
                                      .supports = &supports_simd<T>});
}
void add_variants(Registry& registry) {
  add_variant<float>(registry, "simd");
  add_variant<bf16>(registry, "bf16_emulated");
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
