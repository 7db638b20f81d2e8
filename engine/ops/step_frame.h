// step_frame.h - the ops round the layers of a step: batch in, loss and metrics, update, advance.
#pragma once
#include "engine/ops/op.h"
#include "kernels/loss/loss.h"
#include "kernels/metrics/metrics.h"
#include "kernels/optimizer/optimizer.h"

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
BatchTensors add_gather(OpContext&, const Shape& image, const SourceTensors&);

/// What the loss leaves: one value a row.
struct LossTensors {
  TensorId sample_loss, sample_correct;
};
/// Writes logits.gradient where there is one. `lifetime` of the sample values: fixed where the host reads them
/// afterwards.
LossTensors add_loss(OpContext&, LossKind, const Activation& logits, TensorId labels, Lifetime lifetime);

void add_record(OpContext&, const LossTensors&, TensorId ring, std::uint32_t ring_capacity);

/// The flat buffers that the update runs over.
struct FlatTensors {
  TensorId parameters, gradients, moment1, moment2;
};
void add_update(OpContext&, const Optimizer&, const FlatTensors&);

void add_advance(OpContext&, const Optimizer&);

}  // namespace gs
