// loss_row.cu - value, correctness and gradient of every loss, one thread per sample.
//
// One logit: a logit and a label in, three values out; bound by the launch at usual batch sizes. Softmax reads its row
// three times (maximum, sum, gradient), from the cache after the first. A NaN logit gives a NaN loss and is never
// correct; finite logits of any size give a finite gradient.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/loss/score_row.h"

namespace gs::GS_TARGET {
namespace {

template <class T>
__global__ void one_logit(float* __restrict__ sample_loss, float* __restrict__ sample_correct, T* __restrict__ dlogits,
                          const T* __restrict__ logits, const std::int32_t* __restrict__ labels,
                          const float* __restrict__ class_weights, const StepState* __restrict__ state, Loss problem) {
  const std::int64_t valid = state->valid();
  for (std::int64_t i : grid_stride(problem.n)) {
    ScoredSample scored;
    float dz = 0;
    if (i < valid)
      scored = score_one_logit(
          problem, valid, labels[i], class_weights, [&](int) { return widened(logits[i]); },
          [&](int, float gradient) { dz = gradient; });
    sample_loss[i] = scored.loss;
    sample_correct[i] = scored.correct ? 1.0f : 0.0f;
    if (dlogits) dlogits[i] = rounded<T>(dz);
  }
}

template <class T>
__global__ void softmax(float* __restrict__ sample_loss, float* __restrict__ sample_correct, T* __restrict__ dlogits,
                        const T* __restrict__ logits, const std::int32_t* __restrict__ labels,
                        const float* __restrict__ class_weights, const StepState* __restrict__ state, Loss problem) {
  const std::int64_t valid = state->valid();
  for (std::int64_t i : grid_stride(problem.n)) {
    const T* row = logits + i * problem.classes;
    T* dz = dlogits ? dlogits + i * problem.classes : nullptr;
    ScoredSample scored;
    if (i < valid)
      scored = score_softmax(
          problem, valid, labels[i], class_weights, [&](int k) { return widened(row[k]); },
          [&](int k, float gradient) {
            if (dz) dz[k] = rounded<T>(gradient);
          });
    else if (dz)
      for (int k = 0; k < problem.classes; ++k) dz[k] = rounded<T>(0.0f);
    sample_loss[i] = scored.loss;
    sample_correct[i] = scored.correct ? 1.0f : 0.0f;
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
