// step_frame.cpp - gather, advance, loss, metrics and update as steps.
#include "engine/ops/step_frame.h"

#include "kernels/diagnose/diagnose.h"
#include "kernels/gather/gather.h"
#include "kernels/step/step.h"

namespace gs {

BatchTensors add_gather(OpContext& context, const Shape& image, const SourceTensors& source,
                        const Augmentation& augmentation) {
  Builder& b = context.builder;
  const Gather problem{context.batch, image.size()};
  const std::size_t rows = std::size_t(context.batch);
  const Activation x{image, b.numbers("x", context.batch * image.size(), context.storage), no_tensor, false};
  const TensorId labels = b.tensor("labels", rows * sizeof(std::int32_t));
  // A name of its own: evaluation gathers without augmentation, and an implementation is chosen by the step's name.
  const Step spec{.name = augmentation.any() ? "augmented gather" : "gather",
                  .pass = Pass::gather,
                  .reads = {source.images, source.labels, source.permutation, context.next_state},
                  .writes = {x.value, labels}};
  const auto call_with = [=, state = context.next_state, x = x.value]<class T>(T, const auto& problem) {
    return [=](const auto& launch, const Addresses& at, void* workspace, stream_t s) {
      launch(at.get<T>(x), at.get<std::int32_t>(labels), at.get<std::uint8_t>(source.images),
             at.get<std::int32_t>(source.labels), at.get<std::uint32_t>(source.permutation), at.get<StepState>(state),
             problem, workspace, s);
    };
  };
  with_type_of(context.storage, [&]<class T>(T t) {
    if (augmentation.any()) {
      const AugmentedGather augmented{context.batch, image.h, image.w, image.c, augmentation};
      b.step<GatherAugmented<T>>(spec, b.variants<GatherAugmented<T>>(), augmented, call_with(t, augmented));
    } else {
      b.step<GatherBatch<T>>(spec, b.variants<GatherBatch<T>>(), problem, call_with(t, problem));
    }
  });
  return {x, labels};
}

LossTensors add_loss(OpContext& context, const LossSettings& settings, const Activation& logits, TensorId labels,
                     Lifetime lifetime) {
  Builder& b = context.builder;
  const Loss problem{settings.kind, context.batch, logits.shape.c, settings.smoothing};
  const std::size_t bytes = std::size_t(context.batch) * sizeof(float);
  const LossTensors out{b.tensor("sample loss", bytes, lifetime), b.tensor("sample correct", bytes, lifetime)};
  with_type_of(context.storage, [&]<class T>(T) {
    b.step<LossGradient<T>>(
        {.name = "loss",
         .pass = Pass::loss,
         .reads = {logits.value, labels, settings.class_weights, context.state},
         .writes = {out.sample_loss, out.sample_correct, logits.gradient}},
        b.variants<LossGradient<T>>(), problem,
        [=, state = context.state, z = logits.value, dz = logits.gradient, weights = settings.class_weights](
            const auto& launch, const Addresses& at, void* workspace, stream_t s) {
          launch(at.get(out.sample_loss), at.get(out.sample_correct), at.get<T>(dz), at.get<T>(z),
                 at.get<std::int32_t>(labels), at.get(weights), at.get<StepState>(state), problem, workspace, s);
        });
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
      b.variants<RecordMetrics>(), problem,
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
    if (tensors.stored != tensors.value) spec.writes.push_back(tensors.stored);
  }
  b.step<Update>(std::move(spec), b.variants<Update>(), problem,
                 [=, state = context.state](const auto& launch, const Addresses& at, void* workspace, stream_t s) {
                   launch(at.get(flat.parameters), at.get(flat.moment1), at.get(flat.moment2), at.get<bf16>(flat.copy),
                          at.get(flat.gradients), at.get<StepState>(state), problem, workspace, s);
                 });
}

void add_advance(OpContext& context, const Optimizer& optimizer) {
  Builder& b = context.builder;
  const Advance problem{context.training, optimizer.beta1, optimizer.beta2};
  b.step<AdvanceStep>({.name = "advance",
                       .pass = Pass::gather,
                       .reads = {context.next_state},
                       .writes = {context.state, context.next_state}},
                      b.variants<AdvanceStep>(), problem,
                      [=, now = context.state, next = context.next_state](const auto& launch, const Addresses& at,
                                                                          void* workspace, stream_t s) {
                        launch(at.get<StepState>(now), at.get<StepState>(next), problem, workspace, s);
                      });
}

void add_collect(OpContext& context, const Activation& logits, TensorId all) {
  Builder& b = context.builder;
  const LogitRows problem{context.batch, logits.shape.c};
  with_type_of(context.storage, [&]<class T>(T) {
    b.step<StoreLogits<T>>(
        {.name = "store logits", .pass = Pass::loss, .reads = {logits.value, context.state}, .writes = {all}},
        b.variants<StoreLogits<T>>(), problem,
        [=, state = context.state, z = logits.value](const auto& launch, const Addresses& at, void* workspace,
                                                     stream_t s) {
          launch(at.get(all), at.get<T>(z), at.get<StepState>(state), problem, workspace, s);
        });
  });
}

void add_activity(OpContext& context, const std::string& layer, const Activation& output, TensorId activity) {
  Builder& b = context.builder;
  const Activity problem{context.batch, std::int64_t(output.shape.h) * output.shape.w, output.shape.c};
  with_type_of(context.storage, [&]<class T>(T) {
    b.step<CountActivity<T>>({.name = layer + " activity",
                              .pass = Pass::forward,
                              .reads = {output.value, context.state},
                              .writes = {activity}},
                             b.variants<CountActivity<T>>(), problem,
                             [=, state = context.state, y = output.value](const auto& launch, const Addresses& at,
                                                                          void* workspace, stream_t s) {
                               launch(at.get<ChannelActivity>(activity), at.get<T>(y), at.get<StepState>(state),
                                      problem, workspace, s);
                             });
  });
}

void add_snapshot(OpContext& context, const std::string& parameter, TensorId value, std::int64_t size,
                  TensorId before) {
  Builder& b = context.builder;
  const Values problem{size};
  b.step<CopyValues>({.name = parameter + " snapshot", .pass = Pass::update, .reads = {value}, .writes = {before}},
                     b.variants<CopyValues>(), problem,
                     [=](const auto& launch, const Addresses& at, void* workspace, stream_t s) {
                       launch(at.get(before), at.get(value), problem, workspace, s);
                     });
}

void add_measure(OpContext& context, const std::string& parameter, const ParameterTensors& p, std::int64_t size,
                 TensorId before, TensorId sums) {
  Builder& b = context.builder;
  const Values problem{size};
  b.step<MeasureUpdate>(
      {.name = parameter + " change", .pass = Pass::update, .reads = {p.value, before, p.gradient}, .writes = {sums}},
      b.variants<MeasureUpdate>(), problem, [=](const auto& launch, const Addresses& at, void* workspace, stream_t s) {
        launch(at.get<UpdateSums>(sums), at.get(p.value), at.get(before), at.get(p.gradient), problem, workspace, s);
      });
}

}  // namespace gs
