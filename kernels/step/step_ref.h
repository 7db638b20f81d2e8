// step_ref.h - reference of the step's bookkeeping ops in plain loops.
#pragma once
#include <span>
#include <vector>

#include "kernels/step/step.h"

namespace gs::ref {

/// The state after one more step.
inline StepState advance(StepState state, const Advance& p) {
  ++state.cursor;
  ++state.ring_slot;
  if (p.training) {
    ++state.step;
    state.beta1_power *= p.beta1;
    state.beta2_power *= p.beta2;
  }
  return state;
}

/// `all` with the batch's valid rows stored at cursor * batch.
inline std::vector<double> store_logits(const LogitRows& p, const StepState& state, std::vector<double> all,
                                        std::span<const double> logits) {
  const std::size_t first = std::size_t(state.cursor) * state.batch * std::size_t(p.columns);
  for (std::size_t i = 0; i < std::size_t(state.valid()) * std::size_t(p.columns); ++i) all[first + i] = logits[i];
  return all;
}

struct StepSums {
  double loss_sum = 0, correct = 0;
};

/// Sums over all rows of the batch; the loss kernel writes zeros past the valid ones.
inline StepSums step_sums(std::span<const double> sample_loss, std::span<const double> sample_correct) {
  StepSums sums;
  for (const double loss : sample_loss) sums.loss_sum += loss;
  for (const double correct : sample_correct) sums.correct += correct;
  return sums;
}

}  // namespace gs::ref
