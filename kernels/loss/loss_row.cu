// loss_row.cu - value, correctness and gradient of every loss, one thread per sample.
//
// One logit: a logit and a label in, three values out; bound by the launch at usual batch sizes. Softmax reads its row
// three times (maximum, sum, gradient), from the cache after the first. A NaN logit gives a NaN loss and is never
// correct; finite logits of any size give a finite gradient.
#include "kernels/common/kernel.h"
#include "kernels/common/reduce.h"
#include "kernels/common/registration.h"
#include "kernels/loss/loss.h"

namespace gs::GS_TARGET {
namespace {

/// A sample's loss and its gradient with respect to the logit.
struct Scored {
  float loss, gradient;
};

__device__ inline float sigmoid(float z) {
  return 1 / (1 + expf(-z));
}

/// sigmoid(z) - t would cancel for large z and t near 1, so the gradient is (1 - t) sigmoid(z) - t sigmoid(-z).
__device__ inline Scored binary_cross_entropy(float z, bool positive, float smoothing) {
  const float t = (positive ? 1.0f - smoothing : 0.0f) + smoothing / 2;
  const float hinge = (z > 0 ? z : 0.0f) - (t > 0 ? t * z : 0.0f);
  return {hinge + log1pf(expf(-fabsf(z))), (1 - t) * sigmoid(z) - t * sigmoid(-z)};
}

/// max(0, 1 - t s) and its gradient with respect to s; NaN propagates to both.
__device__ inline Scored hinge(float s, bool positive) {
  const float t = positive ? 1.0f : -1.0f, margin = 1 - t * s;
  return {margin <= 0 ? 0.0f : margin, margin <= 0 ? 0.0f : margin > 0 ? -t : margin};
}

__device__ inline Scored hinge_sigmoid(float z, bool positive) {
  const float s = sigmoid(z);
  const Scored by_s = hinge(s, positive);
  return {by_s.loss, by_s.gradient * s * sigmoid(-z)};
}

template <class T>
__global__ void one_logit(float* __restrict__ sample_loss, float* __restrict__ sample_correct, T* __restrict__ dlogits,
                          const T* __restrict__ logits, const std::int32_t* __restrict__ labels,
                          const float* __restrict__ class_weights, const StepState* __restrict__ state, Loss problem) {
  const std::int64_t valid = state->valid();
  for (std::int64_t i : grid_stride(problem.n)) {
    Scored scored{0, 0};
    bool correct = false;
    if (i < valid) {
      const float z = widened(logits[i]);
      const bool positive = labels[i] == 1;
      scored = problem.kind == LossKind::bce     ? binary_cross_entropy(z, positive, problem.smoothing)
               : problem.kind == LossKind::hinge ? hinge(z, positive)
                                                 : hinge_sigmoid(z, positive);
      correct = z == z && (z > 0) == positive;
      const float weight = class_weights ? class_weights[labels[i]] : 1.0f;
      scored.loss *= weight;
      scored.gradient *= weight / float(valid);
    }
    sample_loss[i] = scored.loss;
    sample_correct[i] = correct ? 1.0f : 0.0f;
    if (dlogits) dlogits[i] = rounded<T>(scored.gradient);
  }
}

template <class T>
__global__ void softmax(float* __restrict__ sample_loss, float* __restrict__ sample_correct, T* __restrict__ dlogits,
                        const T* __restrict__ logits, const std::int32_t* __restrict__ labels,
                        const float* __restrict__ class_weights, const StepState* __restrict__ state, Loss problem) {
  const std::int64_t valid = state->valid();
  for (std::int64_t i : grid_stride(problem.n)) {
    const T* row = logits + i * problem.classes;
    const auto z = [&](int k) { return widened(row[k]); };
    float loss = 0, largest = 0, sum = 1, scale = 0;
    bool correct = false;
    if (i < valid) {
      int first_largest = 0;
      for (int k = 1; k < problem.classes; ++k)
        if (z(k) > z(first_largest)) first_largest = k;
      largest = z(first_largest);
      sum = 0;
      for (int k = 0; k < problem.classes; ++k) sum += expf(z(k) - largest);
      loss = logf(sum) + (largest - z(labels[i]));
      if (problem.smoothing > 0) {
        float mean = 0;
        for (int k = 0; k < problem.classes; ++k) mean += z(k) / float(problem.classes);
        loss += problem.smoothing * (z(labels[i]) - mean);
      }
      correct = loss == loss && first_largest == labels[i];
      const float weight = class_weights ? class_weights[labels[i]] : 1.0f;
      loss *= weight;
      scale = weight / float(valid);
    }
    sample_loss[i] = loss;
    sample_correct[i] = correct ? 1.0f : 0.0f;
    if (!dlogits) continue;
    T* dz = dlogits + i * problem.classes;
    const float rest = problem.smoothing / float(problem.classes);
    for (int k = 0; k < problem.classes; ++k) {
      const float target = (k == labels[i] ? 1.0f - problem.smoothing : 0.0f) + rest;
      dz[k] = rounded<T>(i < valid ? (expf(z(k) - largest) / sum - target) * scale : 0.0f);
    }
  }
}

template <class T>
void loss_row(float* sample_loss, float* sample_correct, T* dlogits, const T* logits, const std::int32_t* labels,
              const float* class_weights, const StepState* state, const Loss& problem, void*, stream_t stream) {
  if (problem.kind == LossKind::softmax)
    launch_elementwise<softmax<T>>(problem.n, stream, sample_loss, sample_correct, dlogits, logits, labels,
                                   class_weights, state, problem);
  else
    launch_elementwise<one_logit<T>>(problem.n, stream, sample_loss, sample_correct, dlogits, logits, labels,
                                     class_weights, state, problem);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<LossGradient<T>>({.name = "row", .rank = 1, .launch = &loss_row<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
