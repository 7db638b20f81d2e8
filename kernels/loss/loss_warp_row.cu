// loss_warp_row.cu - softmax with a warp per sample: 32 lanes read consecutive logits, then combine their results.
// Changed from loss_row: the reads of a row are coalesced and its chain of exponentials is K / 32 long.
#include "kernels/common/kernel.h"
#include "kernels/common/reduce.h"
#include "kernels/common/registration.h"
#include "kernels/loss/loss.h"

namespace gs::GS_TARGET {
namespace {

constexpr int warps_per_block = 4;

template <class T>
__global__ void softmax_by_warp(float* __restrict__ sample_loss, float* __restrict__ sample_correct,
                                T* __restrict__ dlogits, const T* __restrict__ logits,
                                const std::int32_t* __restrict__ labels, const float* __restrict__ class_weights,
                                const StepState* __restrict__ state, Loss problem) {
  const std::int64_t row = std::int64_t(blockIdx.x) * warps_per_block + threadIdx.y;
  if (row >= problem.n) return;  // a whole warp leaves, so no shuffle waits for it
  const int lane = int(threadIdx.x), classes = problem.classes;
  const std::int64_t valid = state->valid();
  const T* logits_row = logits + row * classes;
  const auto z = [&](int k) { return widened(logits_row[k]); };
  float loss = 0, largest = 0, sum = 1, scale = 0;
  bool correct = false;
  if (row < valid) {
    largest = z(0);
    for (int k = lane; k < classes; k += 32) largest = larger_or_nan(largest, z(k));
    largest = warp_max(largest);
    int first_largest = classes;
    sum = 0;
    for (int k = lane; k < classes; k += 32) {
      if (z(k) == largest && k < first_largest) first_largest = k;
      sum += expf(z(k) - largest);
    }
    first_largest = warp_min(first_largest);
    sum = warp_sum(sum);
    loss = logf(sum) + (largest - z(labels[row]));
    correct = first_largest == labels[row];  // false if the largest is NaN, as no lane finds it
    if (problem.smoothing > 0) {
      float mean = 0;
      for (int k = lane; k < classes; k += 32) mean += z(k) / float(classes);
      loss += problem.smoothing * (z(labels[row]) - warp_sum(mean));
    }
    const float weight = class_weights ? class_weights[labels[row]] : 1.0f;
    loss *= weight;
    scale = weight / float(valid);
  }
  if (lane == 0) {
    sample_loss[row] = loss;
    sample_correct[row] = correct ? 1.0f : 0.0f;
  }
  if (!dlogits) return;
  T* dz = dlogits + row * classes;
  const float rest = problem.smoothing / float(classes);
  for (int k = lane; k < classes; k += 32) {
    const float target = (k == labels[row] ? 1.0f - problem.smoothing : 0.0f) + rest;
    dz[k] = rounded<T>(row < valid ? (expf(z(k) - largest) / sum - target) * scale : 0.0f);
  }
}

template <class T>
void loss_warp_row(float* sample_loss, float* sample_correct, T* dlogits, const T* logits, const std::int32_t* labels,
                   const float* class_weights, const StepState* state, const Loss& problem, void*, stream_t stream) {
  const auto blocks = unsigned((problem.n + warps_per_block - 1) / warps_per_block);
  launch<softmax_by_warp<T>>({dim3(blocks), dim3(32, warps_per_block)}, stream, sample_loss, sample_correct, dlogits,
                             logits, labels, class_weights, state, problem);
}

/// Fewer classes than lanes would leave most of a warp idle.
bool has_many_classes(const Loss& p) {
  return p.kind == LossKind::softmax && p.classes >= 32;
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<LossGradient<T>>({.name = "warp_row",
                                 .rank = 2,
                                 .targets = on_blocks,
                                 .launch = &loss_warp_row<T>,
                                 .supports = &has_many_classes});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
