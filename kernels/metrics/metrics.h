// metrics.h - the menu of the metrics ring: what the host may read while the device goes on.
#pragma once
#include "kernels/common/step_state.h"
#include "kernels/common/variant.h"

namespace gs {

/// What one step leaves for the host. On the GPU the ring lies in pinned memory that the host polls.
struct StepMetrics {
  float loss_sum = 0;       ///< sum of the sample losses over the valid rows
  float correct = 0;        ///< how many of them were right
  std::uint32_t valid = 0;  ///< how many there were
  std::uint32_t stamp = 0;  ///< ring_slot + 1, written last: the entry is complete when the host reads it
};

struct Metrics {
  int n = 1;                   ///< rows of a full batch
  std::uint32_t capacity = 1;  ///< entries in the ring
  auto operator<=>(const Metrics&) const = default;
};

/// ring[state.ring_slot % capacity] = sums of sample_loss [n] and sample_correct [n], in a fixed order.
struct RecordMetrics {
  static constexpr std::string_view name = "record metrics";
  using Problem = Metrics;
  using Launch = void(StepMetrics* ring, const float* sample_loss, const float* sample_correct, const StepState*,
                      const Metrics&, void* workspace, stream_t);
};

Cost cost(RecordMetrics, const Metrics&);

}  // namespace gs
