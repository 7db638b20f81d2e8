// step_frame.h - the calls round the layers of a step: batch in, the state moved on, loss and metrics, update.
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

/// x and labels of the batch.
struct BatchTensors {
  Value x;
  TensorId labels;
};
/// With an augmentation, training images are changed on the way. `next_state`: of the step to come.
BatchTensors add_gather(Lowering&, const Shape& image, const SourceTensors&, TensorId next_state,
                        const Augmentation& = {});

struct LossSettings {
  LossKind kind = LossKind::bce;
  float smoothing = 0;
  TensorId class_weights = no_tensor;  ///< none: all 1
};

/// One value a row.
struct LossTensors {
  TensorId sample_loss, sample_correct;
  TensorId gradient;  ///< of the logits; none in evaluation
};
/// `lifetime` of the sample values: fixed if the host reads them afterwards.
LossTensors add_loss(Lowering&, const LossSettings&, const Value& logits, TensorId labels, Lifetime lifetime);

void add_record(Lowering&, const LossTensors&, TensorId ring, std::uint32_t ring_capacity);

/// The flat buffers that the update runs over.
struct FlatTensors {
  TensorId parameters, gradients, moment1, moment2;
  TensorId copy = no_tensor;  ///< of the parameters in bf16, if activations are stored so
};
void add_update(Lowering&, const Optimizer&, const FlatTensors&);

/// Makes `state` that of this step and moves `next_state` on; after the gather, which reads the latter.
void add_advance(Lowering&, const Optimizer&, TensorId next_state);

/// Keeps the logits of every batch of the split in `all`.
void add_store_logits(Lowering&, const Value& logits, TensorId all);

/// The sum of gradients that the readers of a value wrote, in their order.
TensorId add_sum_of_gradients(Lowering&, const std::string& value, const Shape&, const std::vector<TensorId>&);

// The calls that a diagnostic step has beside a training step's (kernels/diagnose).
void add_activity(Lowering&, const std::string& layer, const Value& output, TensorId activity);
void add_snapshot(Lowering&, const std::string& parameter, TensorId value, std::int64_t size, TensorId before);
void add_measure(Lowering&, const std::string& parameter, const ParameterTensors&, std::int64_t size, TensorId before,
                 TensorId sums);

}  // namespace gs
