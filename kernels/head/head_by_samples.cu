// head_by_samples.cu - a block computes everything for eight samples, in fp32.
//
// The activations and the gradients of the block's samples lie in shared memory, feature by feature, eight samples side
// by side; the weights come from L2, once for the forward and once for the backward pass. A thread has one output and
// two samples, so that a weight serves two multiply-adds. Products on tensor cores would not pay: a layer is at most
// 128 by 128, and the time is that of the layers' chain, not of their arithmetic. Bound by latency.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/head/head.h"
#include "kernels/loss/score_row.h"

namespace gs::GS_TARGET {
namespace {

constexpr int samples = 8, head_threads = 256;
constexpr int pairs = samples / 2;  // a thread has two samples
constexpr int most_classes = 32;    // a thread scores a sample; the loss's warp_row takes more logits
constexpr int pitch = samples + 4;  // from one feature to the next: no bank twice when lanes read four features

/// The tensors of one layer; y and g are its output and that output's gradient.
template <class T>
struct LayerTensors {
  const T *w, *bias;
  T *y, *g;
};
template <class T>
struct HeadTensors {
  LayerTensors<T> layer[Head::most_layers];
  const T* x;
  T* dx;
};

using Features = float[Head::most_width][pitch];

__device__ inline float2 pair_at(const Features& features, int j, int pair) {
  return *reinterpret_cast<const float2*>(&features[j][2 * pair]);
}

/// Calls body(length, first) for runs of [0, n), 32 long, then 8, then 1: the loads of a run are in flight together.
/// decltype(length)::value is the run's length, known when the loop is compiled.
template <class Body>
__device__ inline void in_runs(int n, const Body& body) {
  int first = 0;
  for (; first + 32 <= n; first += 32) body(std::integral_constant<int, 32>(), first);
  for (; first + 8 <= n; first += 8) body(std::integral_constant<int, 8>(), first);
  for (; first < n; ++first) body(std::integral_constant<int, 1>(), first);
}

/// Stores a pair of values of feature o in shared and in global memory; samples past the batch are not stored.
template <class T>
__device__ void store(Features& features, T* to, int o, int width, int pair, int first, int n, float2 value) {
  const T stored[2] = {rounded<T>(value.x), rounded<T>(value.y)};
#pragma unroll
  for (int e = 0; e < 2; ++e) {
    const int sample = 2 * pair + e;
    features[o][sample] = widened(stored[e]);
    if (first + sample < n) to[(first + sample) * width + o] = stored[e];
  }
}

/// to = act(from W^T + bias).
template <class T>
__device__ void forward(Features& to, const Features& from, const LayerTensors<T>& layer, const Dense& d, int first) {
  for (int at = int(threadIdx.x); at < d.out * pairs; at += head_threads) {
    const int o = at / pairs, pair = at % pairs;
    const T* w = layer.w + o * d.in;
    float2 sum{0, 0};
    in_runs(d.in, [&](auto length, int j) {
#pragma unroll
      for (int e = 0; e < decltype(length)::value; ++e) {
        const float weight = widened(w[j + e]);
        const float2 x = pair_at(from, j + e, pair);
        sum.x += weight * x.x, sum.y += weight * x.y;
      }
    });
    const float bias = widened(layer.bias[o]);
    sum.x += bias, sum.y += bias;
    if (d.relu) sum = {sum.x <= 0 ? 0.0f : sum.x, sum.y <= 0 ? 0.0f : sum.y};
    store(to, layer.y, o, d.out, pair, first, d.n, sum);
  }
}

/// to = from W, masked by the layer's input x.
template <class T>
__device__ void backward(Features& to, const Features& from, const Features& x, const T* weights, T* dx, const Dense& d,
                         bool masked, int first) {
  for (int at = int(threadIdx.x); at < d.in * pairs; at += head_threads) {
    const int j = at / pairs, pair = at % pairs;
    float2 sum{0, 0};
    in_runs(d.out, [&](auto length, int o) {
#pragma unroll
      for (int e = 0; e < decltype(length)::value; ++e) {
        const float weight = widened(weights[(o + e) * d.in + j]);
        const float2 g = pair_at(from, o + e, pair);
        sum.x += weight * g.x, sum.y += weight * g.y;
      }
    });
    if (masked) {
      const float2 input = pair_at(x, j, pair);
      sum = {input.x <= 0 ? 0.0f : d.mask_scale * sum.x, input.y <= 0 ? 0.0f : d.mask_scale * sum.y};
    }
    store(to, dx, j, d.in, pair, first, d.n, sum);
  }
}

/// One thread per sample: its loss, and the gradient of its logits.
template <class T>
__device__ void score(Features& gradient, const Features& logits, T* dlogits, const Loss& problem, int first,
                      std::int64_t valid, const std::int32_t* labels, const float* class_weights, float* sample_loss,
                      float* sample_correct) {
  const int sample = int(threadIdx.x), row = first + sample;
  if (sample >= samples) return;
  const auto keep = [&](int k, float value) {
    const T stored = rounded<T>(value);
    gradient[k][sample] = widened(stored);
    if (row < problem.n) dlogits[row * problem.classes + k] = stored;
  };
  const auto logit = [&](int k) { return logits[k][sample]; };
  ScoredSample scored;
  if (row >= valid)
    for (int k = 0; k < problem.classes; ++k) keep(k, 0);
  else if (problem.kind == LossKind::softmax)
    scored = score_softmax(problem, valid, labels[row], class_weights, logit, keep);
  else
    scored = score_one_logit(problem, valid, labels[row], class_weights, logit, keep);
  if (row >= problem.n) return;
  sample_loss[row] = scored.loss;
  sample_correct[row] = scored.correct ? 1.0f : 0.0f;
}

template <class T>
__global__ void __launch_bounds__(head_threads)
    head_of_samples(float* __restrict__ sample_loss, float* __restrict__ sample_correct, HeadTensors<T> t,
                    const std::int32_t* __restrict__ labels, const float* __restrict__ class_weights,
                    const StepState* __restrict__ state, Head p) {
  __shared__ __align__(16) Features value[Head::most_layers + 1];  // x_0 .. x_L
  __shared__ __align__(16) Features gradient[2];                   // g_l and g_(l-1) in turns
  const int first = int(blockIdx.x) * samples, n = p.loss.n, inputs = p.dense[0].in;
  for (int at = int(threadIdx.x); at < samples * inputs; at += head_threads) {
    const int sample = at / inputs, j = at % inputs;
    value[0][j][sample] = first + sample < n ? widened(t.x[(first + sample) * inputs + j]) : 0.0f;
  }
  __syncthreads();
#pragma unroll
  for (int l = 0; l < Head::most_layers; ++l)
    if (l < p.layers) {
      forward(value[l + 1], value[l], t.layer[l], p.dense[l], first);
      __syncthreads();
    }
#pragma unroll
  for (int l = Head::most_layers - 1; l >= 0; --l) {
    if (l == p.layers - 1) {
      score(gradient[(l + 1) % 2], value[l + 1], t.layer[l].g, p.loss, first, state->valid(), labels, class_weights,
            sample_loss, sample_correct);
      __syncthreads();
    }
    if (l < p.layers) {
      T* const below = l == 0 ? t.dx : t.layer[l > 0 ? l - 1 : 0].g;
      backward(gradient[l % 2], gradient[(l + 1) % 2], value[l], t.layer[l].w, below, p.dense[l], p.masked[l], first);
      __syncthreads();
    }
  }
}

bool head_by_samples_supports(const Head& p) {
  bool fits = p.layers >= 1 && p.layers <= Head::most_layers && p.loss.classes <= most_classes;
  for (int l = 0; l < p.layers; ++l)
    fits = fits && p.dense[l].in <= Head::most_width && p.dense[l].out <= Head::most_width &&
           p.dense[l].n <= 1 << 22;  // offsets fit 31 bits
  return fits;
}

/// The kernel counts layers from the input on, the op from the logits.
template <class T>
void head_by_samples(float* sample_loss, float* sample_correct, T* dx, T* y_0, T* y_1, T* y_2, T* g_0, T* g_1, T* g_2,
                     const T* x, const T* w_0, const T* w_1, const T* w_2, const T* bias_0, const T* bias_1,
                     const T* bias_2, const std::int32_t* labels, const float* class_weights, const StepState* state,
                     const Head& p, void*, stream_t stream) {
  const LayerTensors<T> from_logits[] = {{w_0, bias_0, y_0, g_0}, {w_1, bias_1, y_1, g_1}, {w_2, bias_2, y_2, g_2}};
  HeadTensors<T> tensors{{}, x, dx};
  for (int l = 0; l < p.layers; ++l) tensors.layer[l] = from_logits[p.layers - 1 - l];
  const auto blocks = unsigned((p.loss.n + samples - 1) / samples);
  launch<head_of_samples<T>>({dim3(blocks), dim3(head_threads)}, stream, sample_loss, sample_correct, tensors, labels,
                             class_weights, state, p);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<HeadGradient<T>>({.name = "by_samples",
                                 .rank = 1,
                                 .targets = on_blocks,
                                 .launch = &head_by_samples<T>,
                                 .supports = &head_by_samples_supports});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
