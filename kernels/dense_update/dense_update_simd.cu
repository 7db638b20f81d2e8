// dense_update_simd.cu - the weight gradient of a large dense layer on a CPU (dense_simd.cu), used for Adam's step
// while it is in a register; with the data gradient, whose weights are in registers, too.
//
// Two calls move 32 bytes a weight, and 4 more because a cache reads the lines of a gradient that it is to write; this
// one moves 24, and the data gradient no more of them. Products, square roots and divisions take as long as the memory,
// so that they must overlap: a register of weights is updated at a time, and the next outputs' weights are prefetched.
// The bits are those of `simd` (in bf16 `bf16_emulated`) and `adam`.
#include <algorithm>

#include "kernels/common/host_vector.h"
#include "kernels/common/registration.h"
#include "kernels/dense/vector_chunks.h"
#include "kernels/dense_update/dense_update.h"
#include "kernels/optimizer/adam_step.h"
#include "kernels/optimizer/update_groups.h"

namespace gs::GS_TARGET {
namespace {

/// With this call the tuner has no choice among gradients, of which another may be faster for small layers.
constexpr std::int64_t fewest_weights = 1 << 20;

/// A step of `count` neighbours, at most a register of them, from parameter `at` on.
template <class Copy, class Step>
GS_INLINE void update_register(const UpdatedParameter<Copy>& of, std::int64_t at, const Vec& gradients,
                               std::int64_t count, const Step& step) {
  Vec moments[] = {load(of.moment1 + at, count), load(of.moment2 + at, count)};
  const Vec values =
      step.new_value(load(of.values + at, count), gradients, moments, [](const Vec& v) { return square_root(v); });
  store(of.values + at, values, count);
  store(of.moment1 + at, moments[0], count);
  store(of.moment2 + at, moments[1], count);
  if constexpr (!std::is_same_v<Copy, NoCopy>) store(of.copy.to + at, values, count);
}

/// The weights that a layer reads as floats, or as their bf16 copy.
GS_INLINE const float* read_weights(const UpdatedParameter<NoCopy>& w) {
  return w.values;
}
GS_INLINE const bf16* read_weights(const UpdatedParameter<Bf16Copy>& w) {
  return w.copy.to;
}

/// A step of `size` inputs' weights of `outputs` outputs, from weight `first` on. `x` and `dx`: rows of a chunk. With
/// `data_gradient`, dx += the products of these weights, before the step. Prefetches the weights from `next` on, which
/// the next call updates. A function by itself has the registers for all factors.
template <int rows, int outputs, bool data_gradient, class T, class Copy, class Step>
__attribute__((noinline)) void update_tile(float* dx, const UpdatedParameter<Copy>& all_weights, std::int64_t first,
                                           std::int64_t next, const float* x, const T* dy, const Dense& d,
                                           std::int64_t size, const Step& any_step) {
  const UpdatedParameter<Copy> w = all_weights;  // copies, which no store can change
  const Step step = any_step;
  const std::int64_t pitch = d.in;
  Vec factors[outputs][rows];
  for (int o = 0; o < outputs; ++o)
    for (int i = 0; i < rows; ++i) factors[o][i] = broadcast(widened(dy[i * d.out + o]));
  for (std::int64_t j = 0; j < size; j += lanes) {
    Vec weights[outputs], gradients[outputs] = {};
    if (data_gradient)
      for (int o = 0; o < outputs; ++o) weights[o] = load(read_weights(w) + first + o * pitch + j, size - j);
    for (int i = 0; i < rows; ++i) {
      const std::int64_t at = i * dense_chunk_pitch + j;
      const Vec inputs = load(x + at);
      for (int o = 0; o < outputs; ++o) gradients[o] += factors[o][i] * inputs;
      if (!data_gradient) continue;
      Vec sums = load(dx + at);
      for (int o = 0; o < outputs; ++o) sums += factors[o][i] * weights[o];
      store(dx + at, sums);
    }
    for (int o = 0; o < outputs; ++o) {
      for (const float* stream : {w.values, w.moment1, w.moment2}) __builtin_prefetch(stream + next + o * pitch + j, 1);
      update_register(w, first + o * pitch + j, gradients[o], size - j, step);
    }
  }
}

/// A step of the weights of all outputs and `size` inputs, from input j0 on, and with `data_gradient` these inputs' dx.
template <int rows, bool data_gradient, class T, class Copy, class Step>
void update_chunk(T* dx, const UpdatedParameter<Copy>& weights, const T* x, const T* dy, const T* relu_output,
                  const Dense& d, std::int64_t j0, std::int64_t size, const Step& step) {
  ChunkRows inputs, gradients;
  if (data_gradient) std::ranges::fill(gradients.values, 0.0f);
  inputs.copy<rows>(x + j0, d, size);
  for_tiles<dense_output_tile>(d.out, [&]<int outputs>(std::int64_t o) {
    const std::int64_t first = o * d.in + j0;
    const std::int64_t next = o + outputs < d.out ? first + outputs * std::int64_t(d.in) : j0 + size;
    update_tile<rows, outputs, data_gradient>(gradients.values, weights, first, next, inputs.values, dy + o, d, size,
                                              step);
  });
  if (data_gradient) gradients.store_gradients<rows>(dx + j0, relu_output ? relu_output + j0 : nullptr, d, size);
}

template <class T>
bool supports_simd(const DenseUpdate& p) {
  return p.dense.n <= dense_rows && std::int64_t(p.dense.in) * p.dense.out >= fewest_weights &&
         p.optimizer.name == "adam" && p.optimizer.bf16_copy == std::is_same_v<T, bf16>;
}

template <class T>
void dense_weight_update_simd(T* dx, float* w, float* w_moment1, float* w_moment2, bf16* w_copy, float* b,
                              float* b_moment1, float* b_moment2, bf16* b_copy, const T* x, const T* dy,
                              const T* relu_output, const StepState* state, const DenseUpdate& p, void*, stream_t) {
  const Dense& d = p.dense;
  const AdamStep<false> step(AdamStep<false>::Numbers(p.optimizer), *state);
  const UpdatedParameter weights{w, w_moment1, w_moment2, copy_for<T>(w_copy)};
  const auto inputs = [&](std::int64_t first_vector, std::int64_t last_vector) {
    const std::int64_t end = std::min<std::int64_t>(last_vector * lanes, d.in);
    for (std::int64_t j0 = first_vector * lanes; j0 < end; j0 += dense_chunk)
      for_tiles<dense_rows>(d.n, [&]<int rows>(std::int64_t) {  // one tile, of all rows
        const auto update = p.data_gradient ? &update_chunk<rows, true, T, decltype(weights.copy), AdamStep<false>>
                                            : &update_chunk<rows, false, T, decltype(weights.copy), AdamStep<false>>;
        update(dx, weights, x, dy, relu_output, d, j0, std::min(dense_chunk, end - j0), step);
      });
  };
  host_shares(vectors_in(d.in), inputs);
  const UpdatedParameter biases{b, b_moment1, b_moment2, copy_for<T>(b_copy)};
  for (std::int64_t o = 0; o < d.out; ++o) biases.update(o, Run<float, 1>{{bias_gradient(dy, d, o)}}, step);
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
