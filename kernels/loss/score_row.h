// score_row.h - the loss of one sample and the gradient of its logits, by one thread.
#pragma once
#include "kernels/common/kernel.h"
#include "kernels/loss/loss.h"

namespace gs::GS_TARGET {

/// A sample's loss, and whether its prediction is correct.
struct ScoredSample {
  float loss = 0;
  bool correct = false;
};

/// A loss of one logit, and its gradient with respect to the logit.
struct ScoredLogit {
  float loss, gradient;
};

__device__ inline float sigmoid(float z) {
  return 1 / (1 + expf(-z));
}

/// sigmoid(z) - t would cancel for large z and t near 1, so the gradient is (1 - t) sigmoid(z) - t sigmoid(-z).
__device__ inline ScoredLogit binary_cross_entropy(float z, bool positive, float smoothing) {
  const float t = (positive ? 1.0f - smoothing : 0.0f) + smoothing / 2;
  const float hinge = (z > 0 ? z : 0.0f) - (t > 0 ? t * z : 0.0f);
  return {hinge + log1pf(expf(-fabsf(z))), (1 - t) * sigmoid(z) - t * sigmoid(-z)};
}

/// max(0, 1 - t s) and its gradient with respect to s; NaN propagates to both.
__device__ inline ScoredLogit hinge(float s, bool positive) {
  const float t = positive ? 1.0f : -1.0f, margin = 1 - t * s;
  return {margin <= 0 ? 0.0f : margin, margin <= 0 ? 0.0f : margin > 0 ? -t : margin};
}

__device__ inline ScoredLogit hinge_sigmoid(float z, bool positive) {
  const float s = sigmoid(z);
  const ScoredLogit by_s = hinge(s, positive);
  return {by_s.loss, by_s.gradient * s * sigmoid(-z)};
}

/// A sample in a batch of `valid` ones. Calls gradient(k, value) for each logit; z(k) is logit k.
template <class Logit, class Gradient>
__device__ ScoredSample score_one_logit(const Loss& problem, std::int64_t valid, std::int32_t label,
                                        const float* class_weights, const Logit& logit, const Gradient& gradient) {
  const float z = logit(0);
  const bool positive = label == 1;
  const ScoredLogit scored = problem.kind == LossKind::bce     ? binary_cross_entropy(z, positive, problem.smoothing)
                             : problem.kind == LossKind::hinge ? hinge(z, positive)
                                                               : hinge_sigmoid(z, positive);
  const float weight = class_weights ? class_weights[label] : 1.0f;
  gradient(0, scored.gradient * (weight / float(valid)));
  return {scored.loss * weight, z == z && (z > 0) == positive};
}

template <class Logit, class Gradient>
__device__ ScoredSample score_softmax(const Loss& problem, std::int64_t valid, std::int32_t label,
                                      const float* class_weights, const Logit& z, const Gradient& gradient) {
  int first_largest = 0;
  for (int k = 1; k < problem.classes; ++k)
    if (z(k) > z(first_largest)) first_largest = k;
  const float largest = z(first_largest);
  float sum = 0;
  for (int k = 0; k < problem.classes; ++k) sum += expf(z(k) - largest);
  float loss = logf(sum) + (largest - z(label));
  if (problem.smoothing > 0) {
    float mean = 0;
    for (int k = 0; k < problem.classes; ++k) mean += z(k) / float(problem.classes);
    loss += problem.smoothing * (z(label) - mean);
  }
  const bool correct = loss == loss && first_largest == label;
  const float weight = class_weights ? class_weights[label] : 1.0f;
  const float rest = problem.smoothing / float(problem.classes), scale = weight / float(valid);
  for (int k = 0; k < problem.classes; ++k) {
    const float target = (k == label ? 1.0f - problem.smoothing : 0.0f) + rest;
    gradient(k, (expf(z(k) - largest) / sum - target) * scale);
  }
  return {loss * weight, correct};
}

}  // namespace gs::GS_TARGET
