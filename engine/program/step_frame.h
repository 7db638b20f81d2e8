// step_frame.h - the op calls of a step outside its layers: gather, advance, loss, metrics, update.
#pragma once
#include "engine/layers/lowering.h"
#include "kernels/gather/gather.h"
#include "kernels/loss/loss.h"
#include "kernels/optimizer/optimizer.h"

namespace gs {

/// The split that a list of calls reads; the trainer binds the addresses.
struct SourceTensors {
  TensorId images, labels, permutation;
};

/// Images and labels of the batch.
struct BatchTensors {
  Value x;
  TensorId labels;
};
/// Gathers a batch, augmented if `augmentation` is given. `next_state` is the state of the next step.
BatchTensors add_gather(Lowering&, const Shape& image, const SourceTensors&, TensorId next_state,
                        const Augmentation& = {});

struct LossSettings {
  LossKind kind = LossKind::bce;
  float smoothing = 0;
  TensorId class_weights = no_tensor;  ///< no_tensor: all 1
};

/// One loss and one `correct` per row.
struct LossTensors {
  TensorId sample_loss, sample_correct;
  TensorId gradient;  ///< gradient of the logits; no_tensor in evaluation
};
/// `lifetime` applies to the sample values: fixed if the host reads them afterwards.
LossTensors add_loss(Lowering&, const LossSettings&, const Value& logits, TensorId labels, Lifetime lifetime);

void add_record(Lowering&, const LossTensors&, TensorId ring, std::uint32_t ring_capacity);

/// The flat buffers that the update runs over.
struct FlatTensors {
  TensorId parameters, gradients, moment1, moment2;
  TensorId copy = no_tensor;  ///< bf16 copy of the parameters, if activations are bf16
};
void add_update(Lowering&, const Optimizer&, const FlatTensors&);

/// Copies `next_state` to the state of this step, then advances it. Runs after the gather, which reads `next_state`.
void add_advance(Lowering&, const Optimizer&, TensorId next_state);

/// Stores the logits of every batch of the split in `all`.
void add_store_logits(Lowering&, const Value& logits, TensorId all);

/// Sums the gradients from all readers of a value, in the given order.
TensorId add_sum_of_gradients(Lowering&, const std::string& value, const Shape&, const std::vector<TensorId>&);

// Calls that only a diagnostic step has (kernels/diagnose).
void add_activity(Lowering&, const std::string& layer, const Value& output, TensorId activity);
void add_snapshot(Lowering&, const std::string& parameter, TensorId value, std::int64_t size, TensorId before);
void add_measure(Lowering&, const std::string& parameter, const ParameterTensors&, std::int64_t size, TensorId before,
                 TensorId sums);

}  // namespace gs
