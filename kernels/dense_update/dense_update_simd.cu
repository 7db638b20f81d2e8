// dense_update_simd.cu - the weight gradient of a large dense layer on a CPU (dense_simd.cu), used for Adam's step
// while it is in the L1 cache.
//
// Two calls move 32 bytes a weight, and 4 more because a cache reads the lines of a gradient that it is to write; this
// one moves 24. A core takes 4096 inputs, whose rows are copied side by side to its L2 cache, and 32 outputs: 16 KiB of
// neighbouring weights and moments at a time. The bits are those of `simd` (in bf16 `bf16_emulated`) and `adam`.
#include <algorithm>

#include "kernels/common/host_vector.h"
#include "kernels/common/registration.h"
#include "kernels/dense/vector_gradients.h"
#include "kernels/dense_update/dense_update.h"
#include "kernels/optimizer/adam_step.h"
#include "kernels/optimizer/update_groups.h"

namespace gs::GS_TARGET {
namespace {

constexpr std::int64_t block_inputs = 4096, block_outputs = 32;  ///< of a core's unit of work
constexpr std::int64_t row_pitch = block_inputs + lanes;         ///< floats between copied rows
/// With this call the tuner has no choice among gradients, of which another may be faster for small layers.
constexpr std::int64_t fewest_weights = 1 << 20;

/// Inputs and outputs of a core's work: [first_input, first_input + inputs), and so on.
struct Block {
  std::int64_t first_input, inputs, first_output, outputs;
};

/// A step of `count` neighbours from parameter `first` on.
template <class Copy, class Step>
void update_run(const UpdatedParameter<Copy>& parameter, std::int64_t first, const float* gradients, std::int64_t count,
                const Step& step) {
#pragma GCC ivdep
  for (std::int64_t i = 0; i < count; ++i) parameter.update(first + i, Run<float, 1>{{gradients[i]}}, step);
}

/// `x`: the block's inputs in all rows, side by side.
template <int rows, class T, class Copy, class Step>
void update_block(const UpdatedParameter<Copy>& w, const float* x, const T* dy, const Dense& d, const Block& block,
                  const Step& step) {
  alignas(64) float gradients[2][dense_chunk_pitch];
  for_tiles<2>(block.outputs, [&]<int outputs>(std::int64_t of_block) {
    const std::int64_t o = block.first_output + of_block;
    for (std::int64_t j = 0; j < block.inputs; j += dense_chunk) {
      const std::int64_t inputs = std::min(dense_chunk, block.inputs - j);
      add_weight_gradients<rows, outputs>(gradients[0], dense_chunk_pitch, x + j, dy + o, d, inputs,
                                          std::integral_constant<std::int64_t, row_pitch>(), true);
      for (int k = 0; k < outputs; ++k)
        update_run(w, (o + k) * d.in + block.first_input + j, gradients[k], inputs, step);
    }
  });
}

template <class T>
bool supports_simd(const DenseUpdate& p) {
  return p.dense.n <= dense_rows && std::int64_t(p.dense.in) * p.dense.out >= fewest_weights &&
         p.optimizer.name == "adam" && p.optimizer.bf16_copy == std::is_same_v<T, bf16>;
}

template <class T>
void dense_weight_update_simd(float* w, float* w_moment1, float* w_moment2, bf16* w_copy, float* b, float* b_moment1,
                              float* b_moment2, bf16* b_copy, const T* x, const T* dy, const StepState* state,
                              const DenseUpdate& p, void*, stream_t) {
  const Dense& d = p.dense;
  const AdamStep<false> step(AdamStep<false>::Numbers(p.optimizer), *state);
  const UpdatedParameter weights{w, w_moment1, w_moment2, copy_for<T>(w_copy)};
  const std::int64_t parts_of_inputs = (d.in + block_inputs - 1) / block_inputs,
                     parts_of_outputs = (d.out + block_outputs - 1) / block_outputs;
  const auto blocks = [&](std::int64_t begin, std::int64_t end) {
    alignas(64) float side_by_side[dense_rows * row_pitch];
    std::int64_t copied = -1;  // the part of the inputs
    for (std::int64_t unit = begin; unit < end; ++unit) {
      const std::int64_t part = unit / parts_of_outputs, input = part * block_inputs,
                         output = unit % parts_of_outputs * block_outputs;
      const Block block{input, std::min(block_inputs, d.in - input), output, std::min(block_outputs, d.out - output)};
      for_tiles<dense_rows>(d.n, [&]<int rows>(std::int64_t) {
        for (int i = 0; i < rows && part != copied; ++i) {
          const T* const row = x + i * std::int64_t(d.in) + input;
          std::transform(row, row + block.inputs, side_by_side + i * row_pitch, [](T v) { return widened(v); });
        }
        update_block<rows>(weights, side_by_side, dy, d, block, step);
      });
      copied = part;
    }
  };
  host_shares(parts_of_inputs * parts_of_outputs, blocks);
  const UpdatedParameter biases{b, b_moment1, b_moment2, copy_for<T>(b_copy)};
  for (std::int64_t o = 0; o < d.out; ++o) {
    const float gradient = bias_gradient(dy, d, o);
    update_run(biases, o, &gradient, 1, step);
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
