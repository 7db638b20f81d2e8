// loss_ref.h - the losses, their gradients and the correctness of predictions in fp64.
#pragma once
#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "kernels/loss/loss.h"

namespace gs::ref {

inline double sigmoid(double z) {
  return 1 / (1 + std::exp(-z));
}

/// Target probability of class k: one-hot, with label smoothing.
inline double target(const Loss& p, int k, int label) {
  const int classes = std::max(p.classes, 2);
  return (k == label) * (1 - double(p.smoothing)) + double(p.smoothing) / classes;
}

/// The loss of one row of logits.
inline double sample_loss(const Loss& p, std::span<const double> z, int label) {
  const double t = label == 1 ? 1 : -1;
  switch (p.kind) {
    case LossKind::bce:
      return std::max(z[0], 0.0) - z[0] * target(p, 1, label) + std::log1p(std::exp(-std::abs(z[0])));
    case LossKind::hinge:
      return std::max(0.0, 1 - t * z[0]);
    case LossKind::hinge_sigmoid:
      return std::max(0.0, 1 - t * sigmoid(z[0]));
    case LossKind::softmax: {
      const double largest = *std::max_element(z.begin(), z.end());
      double sum = 0;
      for (const double value : z) sum += std::exp(value - largest);
      double loss = largest + std::log(sum);
      for (std::size_t k = 0; k < z.size(); ++k)
        if (target(p, int(k), label) > 0) loss -= target(p, int(k), label) * z[k];
      return loss;
    }
  }
  return 0;
}

/// Writes the gradient of sample_loss() with respect to the logits to dz.
inline void sample_gradient(const Loss& p, std::span<const double> z, int label, std::span<double> dz) {
  const double t = label == 1 ? 1 : -1;
  switch (p.kind) {
    case LossKind::bce:
      dz[0] = sigmoid(z[0]) - target(p, 1, label);
      break;
    case LossKind::hinge:
      dz[0] = 1 - t * z[0] > 0 ? -t : 0;
      break;
    case LossKind::hinge_sigmoid: {
      const double s = sigmoid(z[0]);
      dz[0] = 1 - t * s > 0 ? -t * s * (1 - s) : 0;
      break;
    }
    case LossKind::softmax: {
      const double largest = *std::max_element(z.begin(), z.end());
      double sum = 0;
      for (const double value : z) sum += std::exp(value - largest);
      for (std::size_t k = 0; k < z.size(); ++k) dz[k] = std::exp(z[k] - largest) / sum - target(p, int(k), label);
      break;
    }
  }
}

/// The predicted class is the sign of a single logit, or the first largest of several.
inline bool is_correct(const Loss& p, std::span<const double> z, int label) {
  if (p.kind != LossKind::softmax) return (z[0] > 0) == (label == 1);
  return std::max_element(z.begin(), z.end()) - z.begin() == label;
}

struct LossResult {
  std::vector<double> sample_loss, sample_correct, dlogits;
};

/// Rows past `valid` are 0; dlogits is the gradient of the (weighted) mean over the valid rows. No weights: all 1.
inline LossResult loss(const Loss& p, std::int64_t valid, std::span<const double> logits,
                       std::span<const std::int32_t> labels, std::span<const double> class_weights = {}) {
  const std::size_t n = std::size_t(p.n), classes = std::size_t(p.classes);
  LossResult out{std::vector<double>(n), std::vector<double>(n), std::vector<double>(n * classes)};
  for (std::size_t i = 0; i < std::size_t(valid); ++i) {
    const auto z = logits.subspan(i * classes, classes);
    const auto dz = std::span(out.dlogits).subspan(i * classes, classes);
    const double weight = class_weights.empty() ? 1 : class_weights[std::size_t(labels[i])];
    out.sample_loss[i] = weight * sample_loss(p, z, labels[i]);
    out.sample_correct[i] = is_correct(p, z, labels[i]);
    sample_gradient(p, z, labels[i], dz);
    for (double& value : dz) value *= weight / double(valid);
  }
  return out;
}

}  // namespace gs::ref
