// step_frame.cpp - gather, advance, loss, metrics and update as op calls.
#include "engine/program/step_frame.h"

#include "kernels/add/add.h"
#include "kernels/diagnose/diagnose.h"
#include "kernels/step/step.h"

namespace gs {

BatchTensors add_gather(Lowering& l, const Shape& image, const SourceTensors& source, TensorId next_state,
                        const Augmentation& augmentation) {
  TensorTable& tensors = l.calls.tensors();
  const Value x{image, tensors.add_numbers("x", l.batch * image.size(), l.storage)};
  const TensorId labels = tensors.add("labels", std::size_t(l.batch) * sizeof(std::int32_t));
  // Evaluation gathers without augmentation and needs another name: implementations are chosen by call name.
  with_type_of(l.storage, [&]<class T>(T) {
    if (augmentation.any())
      l.calls.call<GatherAugmented<T>>("augmented gather", Pass::gather,
                                       {l.batch, image.h, image.w, image.c, augmentation}, out(x.tensor), out(labels),
                                       in(source.images), in(source.labels), in(source.permutation), in(next_state));
    else
      l.calls.call<GatherBatch<T>>("gather", Pass::gather, {l.batch, image.size()}, out(x.tensor), out(labels),
                                   in(source.images), in(source.labels), in(source.permutation), in(next_state));
  });
  return {x, labels};
}

LossTensors add_loss(Lowering& l, const LossSettings& settings, const Value& logits, TensorId labels,
                     Lifetime lifetime) {
  TensorTable& tensors = l.calls.tensors();
  const LossTensors result{tensors.add_numbers("sample loss", l.batch, Storage::fp32, lifetime),
                           tensors.add_numbers("sample correct", l.batch, Storage::fp32, lifetime),
                           l.training ? tensors.add_numbers(tensors[logits.tensor].name + " gradient",
                                                            l.batch * logits.shape.size(), l.storage)
                                      : no_tensor};
  with_type_of(l.storage, [&]<class T>(T) {
    l.calls.call<LossGradient<T>>("loss", Pass::loss, {settings.kind, l.batch, logits.shape.c, settings.smoothing},
                                  out(result.sample_loss), out(result.sample_correct), out(result.gradient),
                                  in(logits.tensor), in(labels), in(settings.class_weights), in(l.state));
  });
  return result;
}

void add_record(Lowering& l, const LossTensors& loss, TensorId ring, std::uint32_t ring_capacity) {
  l.calls.call<RecordMetrics>("record metrics", Pass::loss, {l.batch, ring_capacity}, out(ring), in(loss.sample_loss),
                              in(loss.sample_correct), in(l.state));
}

void add_update(Lowering& l, const Optimizer& problem, const FlatTensors& flat) {
  CallNode& update =
      l.calls.call<Update>("update", Pass::update, problem, in_out(flat.parameters), in_out(flat.moment1),
                           in_out(flat.moment2), out(flat.copy), in(flat.gradients), in(l.state));
  for (const auto& [name, tensors] : l.parameters) {
    if (tensors.gradient == no_tensor) continue;
    update.also_reads.insert(update.also_reads.end(), {tensors.gradient, tensors.value});
    update.also_writes.push_back(tensors.value);
    if (tensors.stored != tensors.value) update.also_writes.push_back(tensors.stored);
  }
}

void add_advance(Lowering& l, const Optimizer& optimizer, TensorId next_state) {
  l.calls.call<AdvanceStep>("advance", Pass::gather, {l.training, optimizer.beta1, optimizer.beta2}, out(l.state),
                            in_out(next_state));
}

void add_store_logits(Lowering& l, const Value& logits, TensorId all) {
  with_type_of(l.storage, [&]<class T>(T) {
    l.calls.call<StoreLogits<T>>("store logits", Pass::loss, {l.batch, logits.shape.c}, out(all), in(logits.tensor),
                                 in(l.state));
  });
}

TensorId add_sum_of_gradients(Lowering& l, const std::string& value, const Shape& shape,
                              const std::vector<TensorId>& gradients) {
  TensorId sum = gradients.at(0);
  for (std::size_t i = 1; i < gradients.size(); ++i) {
    const Sum problem{l.batch * shape.size()};
    const bool last = i + 1 == gradients.size();
    const TensorId next =
        l.calls.tensors().add_numbers(value + (last ? " gradient" : " partial gradient"), problem.size, l.storage);
    const std::string name = value + " gradient sum" + (gradients.size() > 2 ? " " + std::to_string(i) : "");
    with_type_of(l.storage, [&]<class T>(T) {
      l.calls.call<SumGradients<T>>(name, Pass::backward, problem, out(next), in(sum), in(gradients[i]), in(no_tensor));
    });
    sum = next;
  }
  return sum;
}

void add_activity(Lowering& l, const std::string& layer, const Value& output, TensorId activity) {
  with_type_of(l.storage, [&]<class T>(T) {
    l.calls.call<CountActivity<T>>(layer + " activity", Pass::forward,
                                   {l.batch, std::int64_t(output.shape.h) * output.shape.w, output.shape.c},
                                   out(activity), in(output.tensor), in(l.state));
  });
}

void add_snapshot(Lowering& l, const std::string& parameter, TensorId value, std::int64_t size, TensorId before) {
  l.calls.call<CopyValues>(parameter + " snapshot", Pass::update, {size}, out(before), in(value));
}

void add_measure(Lowering& l, const std::string& parameter, const ParameterTensors& p, std::int64_t size,
                 TensorId before, TensorId sums) {
  l.calls.call<MeasureUpdate>(parameter + " change", Pass::update, {size}, out(sums), in(p.value), in(before),
                              in(p.gradient));
}

}  // namespace gs
