// step.h - the bookkeeping ops of a step: advance the state, store a batch's logits, record metrics for the host, and
// set the loop condition of a step that repeats on the device.
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/step_state.h"
#include "kernels/common/variant.h"

namespace gs {

// ---- advance step ----
//
// Two states avoid waiting: `next` belongs to the batch that is gathered next, `now` to the running step. After the
// gather, in parallel with the first layer, `next` is copied to `now` and advanced; later ops of the step read `now`.

struct Advance {
  bool training = true;  ///< false: only the cursor and the ring slot move (evaluation)
  float beta1 = 0, beta2 = 0;
  auto operator<=>(const Advance&) const = default;
};

/// now = next; then in next: cursor += 1, ring_slot += 1 and, in training, step += 1, beta1_power *= beta1,
/// beta2_power *= beta2.
struct AdvanceStep {
  static constexpr std::string_view name = "advance step";
  using Problem = Advance;
  using Launch = void(StepState* now, StepState* next, const Advance&, void* workspace, stream_t);
};

// ---- store logits ----

struct LogitRows {
  int n = 1;        ///< rows of a full batch
  int columns = 1;  ///< logits per row
  auto operator<=>(const LogitRows&) const = default;
};

/// all[cursor * batch + i, :] = logits[i, :] for the valid rows i; all is [images of the split, columns]. Does nothing
/// if all is null.
template <class T>
struct StoreLogits {
  static constexpr std::string_view name = "store logits";
  using Stored = T;
  using Problem = LogitRows;
  using Launch = void(float* all, const T* logits, const StepState*, const LogitRows&, void* workspace, stream_t);
};

// ---- record metrics ----

/// One step's metrics for the host. On the GPU the ring is in pinned memory that the host polls.
struct StepMetrics {
  float loss_sum = 0;       ///< sum of the sample losses over the valid rows
  float correct = 0;        ///< number of correct predictions among them
  std::uint32_t valid = 0;  ///< number of valid rows
  std::uint32_t stamp = 0;  ///< ring_slot + 1, written last: marks the entry complete
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

// ---- continue epoch ----

struct EpochLoop {
  auto operator<=>(const EpochLoop&) const = default;
};

/// Sets the loop condition: true while `next`, the next step's state, has images left (StepState::valid() > 0).
struct ContinueEpoch {
  static constexpr std::string_view name = "continue epoch";
  using Problem = EpochLoop;
  using Launch = void(loop_t loop, const StepState* next, const EpochLoop&, void* workspace, stream_t);
};

Cost cost(AdvanceStep, const Advance&);
template <class T>
Cost cost(StoreLogits<T>, const LogitRows&);
Cost cost(RecordMetrics, const Metrics&);
Cost cost(ContinueEpoch, const EpochLoop&);

}  // namespace gs
