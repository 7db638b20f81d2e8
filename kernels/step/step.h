// step.h - the small ops that surround a step's arithmetic: the state moves on, the logits of a batch are kept, the
// host is told what the batch gave, and a step that repeats itself asks whether to go on.
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/step_state.h"
#include "kernels/common/variant.h"

namespace gs {

// ---- advance step ----
//
// Two states, so that nothing has to wait: `next` belongs to the step that will be gathered next, `now` to the one that
// runs. Once the batch is gathered, `now` becomes what `next` was and `next` moves on, beside the first layer; whatever
// comes later in the step reads `now`.

struct Advance {
  bool training = true;  ///< false: only the cursor and the ring slot move (evaluation)
  float beta1 = 0, beta2 = 0;
  auto operator<=>(const Advance&) const = default;
};

/// now = next; then in next cursor += 1, ring_slot += 1; in training also step += 1 and the powers of beta are
/// multiplied once more.
struct AdvanceStep {
  static constexpr std::string_view name = "advance step";
  using Problem = Advance;
  using Launch = void(StepState* now, StepState* next, const Advance&, void* workspace, stream_t);
};

// ---- store logits ----

struct LogitRows {
  int n = 1;        ///< rows of a full batch
  int columns = 1;  ///< logits a row
  auto operator<=>(const LogitRows&) const = default;
};

/// all[cursor * batch + i, :] = logits[i, :] for the valid rows i; all is [images of the split, columns], or null:
/// nothing is kept.
template <class T>
struct StoreLogits {
  static constexpr std::string_view name = "store logits";
  using Stored = T;
  using Problem = LogitRows;
  using Launch = void(float* all, const T* logits, const StepState*, const LogitRows&, void* workspace, stream_t);
};

// ---- record metrics ----

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

// ---- continue epoch ----

struct EpochLoop {
  auto operator<=>(const EpochLoop&) const = default;
};

/// The loop goes on while `next`, the state of the step to come, has images left in its epoch (StepState::valid() > 0).
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
