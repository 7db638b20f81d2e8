// metrics_ref.h - the sums of a step in fp64.
#pragma once
#include <span>

#include "kernels/metrics/metrics.h"

namespace gs::ref {

struct StepSums {
  double loss_sum = 0, correct = 0;
};

/// Sums over all rows of the batch; the loss kernel has put zeros past the valid ones.
inline StepSums step_sums(std::span<const double> sample_loss, std::span<const double> sample_correct) {
  StepSums sums;
  for (const double loss : sample_loss) sums.loss_sum += loss;
  for (const double correct : sample_correct) sums.correct += correct;
  return sums;
}

}  // namespace gs::ref
