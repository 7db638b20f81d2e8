// step_frame.cpp - gather, loss, metrics, update and advance as steps.
#include "engine/ops/step_frame.h"

#include "kernels/advance/advance.h"
#include "kernels/gather/gather.h"

namespace gs {

BatchTensors add_gather(OpContext& context, const Shape& image, const SourceTensors& source) {
  Builder& b = context.builder;
  const Gather problem{context.batch, image.size()};
  const std::size_t rows = std::size_t(context.batch);
  const Activation x{image, b.tensor("x", rows * std::size_t(image.size()) * sizeof(float)), no_tensor, false};
  const TensorId labels = b.tensor("labels", rows * sizeof(std::int32_t));
  b.step<GatherBatch>(
      {.name = "gather",
       .pass = Pass::gather,
       .reads = {source.images, source.labels, source.permutation, context.state},
       .writes = {x.value, labels}},
      b.rooms().gather, problem,
      [=, state = context.state, x = x.value](const auto& launch, const Addresses& at, void* workspace, stream_t s) {
        launch(at.get(x), at.get<std::int32_t>(labels), at.get<std::uint8_t>(source.images),
               at.get<std::int32_t>(source.labels), at.get<std::uint32_t>(source.permutation), at.get<StepState>(state),
               problem, workspace, s);
      });
  return {x, labels};
}

LossTensors add_loss(OpContext& context, LossKind kind, const Activation& logits, TensorId labels, Lifetime lifetime) {
  Builder& b = context.builder;
  const Loss problem{kind, context.batch, logits.shape.c};
  const std::size_t bytes = std::size_t(context.batch) * sizeof(float);
  const LossTensors out{b.tensor("sample loss", bytes, lifetime), b.tensor("sample correct", bytes, lifetime)};
  b.step<LossGradient>({.name = "loss",
                        .pass = Pass::loss,
                        .reads = {logits.value, labels, context.state},
                        .writes = {out.sample_loss, out.sample_correct, logits.gradient}},
                       b.rooms().loss_gradient, problem,
                       [=, state = context.state, z = logits.value, dz = logits.gradient](
                           const auto& launch, const Addresses& at, void* workspace, stream_t s) {
                         launch(at.get(out.sample_loss), at.get(out.sample_correct), at.get(dz), at.get(z),
                                at.get<std::int32_t>(labels), at.get<StepState>(state), problem, workspace, s);
                       });
  return out;
}

void add_record(OpContext& context, const LossTensors& loss, TensorId ring, std::uint32_t ring_capacity) {
  Builder& b = context.builder;
  const Metrics problem{context.batch, ring_capacity};
  b.step<RecordMetrics>(
      {.name = "record metrics",
       .pass = Pass::loss,
       .reads = {loss.sample_loss, loss.sample_correct, context.state},
       .writes = {ring}},
      b.rooms().record_metrics, problem,
      [=, state = context.state](const auto& launch, const Addresses& at, void* workspace, stream_t s) {
        launch(at.get<StepMetrics>(ring), at.get(loss.sample_loss), at.get(loss.sample_correct),
               at.get<StepState>(state), problem, workspace, s);
      });
}

void add_update(OpContext& context, const Optimizer& problem, const FlatTensors& flat) {
  Builder& b = context.builder;
  Step spec{.name = "update", .pass = Pass::update, .reads = {context.state}, .writes = {flat.moment1, flat.moment2}};
  for (const auto& [name, tensors] : context.parameters) {
    spec.reads.push_back(tensors.gradient);
    spec.reads.push_back(tensors.value);
    spec.writes.push_back(tensors.value);
  }
  b.step<Update>(std::move(spec), b.rooms().update, problem,
                 [=, state = context.state](const auto& launch, const Addresses& at, void* workspace, stream_t s) {
                   launch(at.get(flat.parameters), at.get(flat.moment1), at.get(flat.moment2), at.get(flat.gradients),
                          at.get<StepState>(state), problem, workspace, s);
                 });
}

void add_advance(OpContext& context, const Optimizer& optimizer) {
  Builder& b = context.builder;
  const Advance problem{context.training, optimizer.beta1, optimizer.beta2};
  b.step<AdvanceStep>({.name = "advance", .pass = Pass::update, .reads = {context.state}, .writes = {context.state}},
                      b.rooms().advance, problem,
                      [=, state = context.state](const auto& launch, const Addresses& at, void* workspace, stream_t s) {
                        launch(at.get<StepState>(state), problem, workspace, s);
                      });
}

}  // namespace gs
