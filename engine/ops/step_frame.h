// step_frame.h - the ops round the layers of a step: batch in, the state moved on, loss and metrics, update.
#pragma once
#include "engine/ops/op.h"
#include "kernels/gather/gather.h"
#include "kernels/loss/loss.h"
#include "kernels/optimizer/optimizer.h"
#include "kernels/step/step.h"

namespace gs {

/// The split that a step list reads; the trainer binds the addresses.
struct SourceTensors {
  TensorId images, labels, permutation;
};

/// x and labels of the batch.
struct BatchTensors {
  Activation x;
  TensorId labels;
};
/// With an augmentation, training images are changed on the way.
BatchTensors add_gather(OpContext&, const Shape& image, const SourceTensors&, const Augmentation& = {});

struct LossSettings {
  LossKind kind = LossKind::bce;
  float smoothing = 0;
  TensorId class_weights = no_tensor;  ///< none: all 1
};

/// What the loss leaves: one value a row.
struct LossTensors {
  TensorId sample_loss, sample_correct;
};
/// Writes logits.gradient where there is one. `lifetime` of the sample values: fixed where the host reads them
/// afterwards.
LossTensors add_loss(OpContext&, const LossSettings&, const Activation& logits, TensorId labels, Lifetime lifetime);

void add_record(OpContext&, const LossTensors&, TensorId ring, std::uint32_t ring_capacity);

/// The flat buffers that the update runs over.
struct FlatTensors {
  TensorId parameters, gradients, moment1, moment2;
  TensorId copy = no_tensor;  ///< of the parameters in bf16, where activations are stored so
};
void add_update(OpContext&, const Optimizer&, const FlatTensors&);

/// Makes `state` that of this step and moves `next_state` on; after the gather, which reads the latter.
void add_advance(OpContext&, const Optimizer&);

/// Keeps the logits of every batch of the split in `all` (see kernels/step).
void add_collect(OpContext&, const Activation& logits, TensorId all);

// The steps that a diagnostic step has beside a training step's (kernels/diagnose).
void add_activity(OpContext&, const std::string& layer, const Activation& output, TensorId activity);
void add_snapshot(OpContext&, const std::string& parameter, TensorId value, std::int64_t size, TensorId before);
void add_measure(OpContext&, const std::string& parameter, const ParameterTensors&, std::int64_t size, TensorId before,
                 TensorId sums);

}  // namespace gs
