// compile.cpp - a net and a recipe become step lists, tensors and memory on a device.
#include <fmt/format.h>

#include "engine/core/cache_folder.h"
#include "engine/core/error.h"
#include "engine/core/version.h"
#include "engine/program/program_impl.h"

namespace gs {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

/// Is a dense layer what reads this layer's output, as it is or flattened?
bool is_below_dense(const Net& net, std::size_t layer) {
  const auto holds = [&]<class Kind>() {
    return layer < net.layers.size() && std::holds_alternative<Kind>(net.layers[layer].kind);
  };
  do ++layer;
  while (holds.operator()<FlattenLayer>());
  return holds.operator()<DenseLayer>();
}

std::vector<std::unique_ptr<Op>> make_ops(OpContext& context, const Net& net, Activation activation) {
  std::vector<std::unique_ptr<Op>> ops;
  for (std::size_t i = 0; i < net.layers.size(); ++i) {
    const Layer& layer = net.layers[i];
    context.dense_above = is_below_dense(net, i);
    ops.push_back(
        std::visit(Overloaded{[&](const Conv2dLayer& l) { return make_conv2d(context, layer, l, activation); },
                              [&](const MaxPoolLayer& l) { return make_max_pool(context, layer, l, activation); },
                              [&](const FlattenLayer& l) { return make_flatten(context, layer, l, activation); },
                              [&](const DenseLayer& l) { return make_dense(context, layer, l, activation); },
                              [&](const LrnLayer& l) { return make_lrn(context, layer, l, activation); },
                              [&](const DropoutLayer& l) { return make_dropout(context, layer, l, activation); }},
                   layer.kind));
    activation = ops.back()->output;
    if (ops.size() < 2) continue;
    Op& below = *ops[ops.size() - 2];
    if (const auto pass = below.forward_pass()) below.taken_in = ops.back()->take_in(*pass);
  }
  return ops;
}

void check_outputs(const Net& net, LossKind loss) {
  const Shape out = net.output();
  const bool fits = out.h == 1 && out.w == 1 && (loss == LossKind::softmax ? out.c >= 2 : out.c == 1);
  if (!fits) throw Error(fmt::format("{} has {} outputs, which {} cannot take", net.name, out.size(), to_string(loss)));
}

std::unique_ptr<TuningCache> open_tuning_cache(const Recipe& recipe, Device& device,
                                               const ImplementationChoice& choice) {
  if (choice.rule != "auto" || device.registry().target() == Target::sim) return nullptr;
  std::optional<std::filesystem::path> file = cache_folder();
  if (file) *file /= "tuning.json";
  const std::string machine =
      fmt::format("{}; {}; gridstride {}", device.description(), to_string(recipe.precision), version_info().version);
  return std::make_unique<TuningCache>(file, machine, choice.retune);
}

}  // namespace

Program::Impl::Impl(const Net& n, const Recipe& r, Device& d, const ImplementationChoice& c)
    : net(n),
      recipe(r),
      device(d),
      choice(c),
      storage(r.precision == Precision::bf16 ? Storage::bf16 : Storage::fp32),
      layout(n),
      tuning_cache(open_tuning_cache(r, d, c)),
      tuner(tuning_cache ? std::make_unique<Tuner>(d, *tuning_cache) : nullptr),
      builder(d, choice, tuner.get()) {
  check_outputs(net, recipe.loss);
  recipe.optimizer.size = layout.size;
  recipe.optimizer.bf16_copy = storage == Storage::bf16;
  add_fixed_tensors();
  training = compile_steps(true);
  evaluation = compile_steps(false);
  diagnostic = compile_diagnostic_steps();
  if (tuning_cache) tuning_cache->save_and_unlock();
  check_overrides();
  diagnostic_plan = plan_memory(builder.tensors(), diagnostic);
  training_plan = plan_memory(builder.tensors(), training);
  evaluation_plan = plan_memory(builder.tensors(), evaluation);
  allocate();
}

Program::Impl::~Impl() {
  // Steps may still be in flight when an exception ends a run; memory must outlive them.
  try {
    device.synchronize();
  } catch (const std::exception&) {
  }
  if (ring) device.free_shared(ring);
  if (broken) device.free_shared(broken);
}

void Program::Impl::add_fixed_tensors() {
  const auto fixed = [&](const std::string& name, std::size_t bytes) {
    return builder.tensor(name, bytes, Lifetime::fixed);
  };
  const int moments = recipe.optimizer.moments();
  flat.parameters = fixed("parameters", layout.bytes());
  flat.gradients = fixed("gradients", layout.bytes());
  flat.moment1 = moments > 0 ? fixed("moment1", layout.bytes()) : no_tensor;
  flat.moment2 = moments > 1 ? fixed("moment2", layout.bytes()) : no_tensor;
  const auto fixed_copy = [&](const std::string& name, std::int64_t size) {
    return builder.numbers(name, size, Storage::bf16, Lifetime::fixed);
  };
  flat.copy = storage == Storage::bf16 ? fixed_copy("parameters in bf16", layout.size) : no_tensor;
  for (const FlatLayout::Slot& slot : layout.slots) {
    const std::size_t bytes = std::size_t(slot.parameter.size()) * sizeof(float);
    ParameterTensors& p = parameters[slot.parameter.name];
    p = {fixed(slot.parameter.name, bytes), fixed(slot.parameter.name + " gradient", bytes), no_tensor};
    p.stored = flat.copy == no_tensor ? p.value : fixed_copy(slot.parameter.name + " in bf16", slot.parameter.size());
  }
  if (!recipe.class_weights.empty())
    class_weights = fixed("class weights", recipe.class_weights.size() * sizeof(float));
  ring_tensor = fixed("metrics ring", ring_entries * sizeof(StepMetrics));
  for (Side* side : {&train_side, &evaluate_side}) {
    side->state = fixed("step state", sizeof(StepState));
    side->source = {fixed("images", 0), fixed("labels of the split", 0), fixed("permutation", 0)};
    side->collected = fixed("logits of the split", 0);
  }
}

std::vector<Step> Program::Impl::compile_steps(bool for_training) {
  Side& side = for_training ? train_side : evaluate_side;
  OpContext context{builder,    recipe.batch, for_training, builder.tensor("state of this step", sizeof(StepState)),
                    side.state, parameters,   storage};
  const BatchTensors batch =
      add_gather(context, net.input, side.source, for_training ? recipe.augmentation : Augmentation());
  add_advance(context, recipe.optimizer);
  const auto ops = make_ops(context, net, batch.x);
  for (const auto& op : ops) op->forward();
  const Activation logits = ops.empty() ? batch.x : ops.back()->output;
  // Class weights shape what is learned, not what is reported of the validation images (as in Keras).
  const LossSettings settings{recipe.loss, recipe.label_smoothing, for_training ? class_weights : no_tensor};
  const LossTensors loss =
      add_loss(context, settings, logits, batch.labels, for_training ? Lifetime::planned : Lifetime::fixed);
  add_record(context, loss, ring_tensor, ring_entries);
  if (for_training) {
    for (auto op = ops.rbegin(); op != ops.rend(); ++op) (*op)->backward();
    add_update(context, recipe.optimizer, flat);
    for (std::size_t i = 0; i < ops.size(); ++i) {
      if (net.layers[i].parameters.empty()) continue;
      // A channel is silent after its pool exactly when it is silent before.
      const bool pooled = ops[i]->taken_in && std::holds_alternative<MaxPoolLayer>(net.layers[i + 1].kind);
      Activation seen = ops[pooled ? i + 1 : i]->output;
      seen.relu = ops[i]->output.relu;
      layer_probes.push_back({net.layers[i].name, seen, no_tensor});
    }
  } else {
    add_collect(context, logits, side.collected);
    evaluated_logits = logits.value;
    evaluated_loss = loss.sample_loss;
  }
  std::vector<Step> steps = builder.take_steps();
  if (!for_training) return steps;
  training_state = context.state;
  // A dropout's zeros would hide what is alive below it: a diagnosis does the layer's own forward step as well.
  for (std::size_t i = 0; i + 1 < ops.size(); ++i)
    if (ops[i]->taken_in && std::holds_alternative<DropoutLayer>(net.layers[i + 1].kind)) {
      ops[i]->taken_in = false;
      ops[i]->forward();
    }
  forwards_apart = builder.take_steps();
  return steps;
}

/// The training steps themselves, and between them what looks at their tensors.
std::vector<Step> Program::Impl::compile_diagnostic_steps() {
  OpContext context{builder, recipe.batch, true, training_state, train_side.state, parameters, storage};
  for (LayerProbe& probe : layer_probes) {
    const std::size_t bytes = std::size_t(probe.output.shape.c) * sizeof(ChannelActivity);
    probe.activity = builder.tensor(probe.layer + " activity", bytes, Lifetime::fixed);
    add_activity(context, probe.layer, probe.output, probe.activity);
  }
  std::vector<Step> activity = builder.take_steps();
  std::vector<TensorId> before;
  for (const FlatLayout::Slot& slot : layout.slots) {
    const std::size_t bytes = std::size_t(slot.parameter.size()) * sizeof(float);
    before.push_back(builder.tensor(slot.parameter.name + " before", bytes));
    add_snapshot(context, slot.parameter.name, parameters.at(slot.parameter.name).value, slot.parameter.size(),
                 before.back());
  }
  std::vector<Step> snapshots = builder.take_steps();
  for (std::size_t i = 0; i < layout.slots.size(); ++i) {
    const Parameter& parameter = layout.slots[i].parameter;
    const TensorId sums = builder.tensor(parameter.name + " change", sizeof(UpdateSums), Lifetime::fixed);
    parameter_probes.push_back({parameter.name, sums});
    add_measure(context, parameter.name, parameters.at(parameter.name), parameter.size(), before[i], sums);
  }
  std::vector<Step> measures = builder.take_steps();

  std::vector<Step> steps;
  const auto append = [&](std::vector<Step>& more) { steps.insert(steps.end(), more.begin(), more.end()); };
  for (const Step& step : training) {
    if (step.name == "loss") append(forwards_apart);
    if (step.name == "loss") append(activity);
    if (step.name == "update") append(snapshots);
    steps.push_back(step);
  }
  append(measures);
  return steps;
}

void Program::Impl::check_overrides() const {
  std::vector<std::string> names;
  for (const std::vector<Step>* list : {&training, &evaluation})
    for (const Step& step : *list) names.push_back(step.name);
  for (const auto& [entry, implementation] : choice.fixed) {
    if (std::any_of(names.begin(), names.end(), [&](const std::string& step) { return names_step(entry, step); }))
      continue;
    for (const Layer& layer : net.layers)  // also where it is fused now
      if (!std::holds_alternative<FlattenLayer>(layer.kind)) names.push_back(layer.name + " forward");
    std::vector<std::string> once;
    for (const std::string& name : names)
      if (std::find(once.begin(), once.end(), name) == once.end()) once.push_back(name);
    throw UsageError(fmt::format("--impl: there is no step '{}' to give the implementation '{}': {}", entry,
                                 implementation, suggestion(entry, once)));
  }
}

void Program::Impl::allocate() {
  const auto& tensors = builder.tensors();
  at.of.assign(tensors.size(), nullptr);
  arena = Memory(device, std::max({std::size_t(256), training_plan.arena_bytes, evaluation_plan.arena_bytes,
                                   diagnostic_plan.arena_bytes}));
  for (std::size_t id = 0; id < tensors.size(); ++id)
    for (const MemoryPlan* plan : {&training_plan, &evaluation_plan})
      if (plan->offset[id] != MemoryPlan::npos) at.of[id] = static_cast<std::byte*>(arena.data()) + plan->offset[id];

  ring = static_cast<StepMetrics*>(device.allocate_shared(ring_entries * sizeof(StepMetrics)));
  at.of[std::size_t(ring_tensor)] = ring;
  broken = static_cast<std::uint32_t*>(device.allocate_shared(sizeof *broken));
  *broken = 0;
  broken_workspace = Memory(device, counting().workspace_bytes({layout.size}));
  const auto own = [&](TensorId id) {
    const std::size_t bytes = tensors[std::size_t(id)].bytes;
    fixed_memory.emplace_back(device, bytes);
    device.fill_zero(fixed_memory.back().data(), bytes);
    at.of[std::size_t(id)] = fixed_memory.back().data();
  };
  own(flat.parameters);
  own(flat.gradients);
  if (flat.copy != no_tensor) own(flat.copy);
  for (const FlatLayout::Slot& slot : layout.slots) {
    const ParameterTensors& p = parameters.at(slot.parameter.name);
    at.of[std::size_t(p.value)] = at.get(flat.parameters) + slot.offset;
    at.of[std::size_t(p.gradient)] = at.get(flat.gradients) + slot.offset;
    if (p.stored != p.value) at.of[std::size_t(p.stored)] = at.get<bf16>(flat.copy) + slot.offset;
  }
  // What is fixed and has no place yet; images, labels and permutation (0 bytes) belong to whoever binds them.
  for (std::size_t id = 0; id < tensors.size(); ++id)
    if (tensors[id].lifetime == Lifetime::fixed && tensors[id].bytes > 0 && !at.of[id]) own(TensorId(id));
  if (class_weights != no_tensor)
    device.upload(at[class_weights], recipe.class_weights.data(), recipe.class_weights.size() * sizeof(float));
  diagnostic_at = at;
  for (std::size_t id = 0; id < tensors.size(); ++id)
    if (diagnostic_plan.offset[id] != MemoryPlan::npos)
      diagnostic_at.of[id] = static_cast<std::byte*>(arena.data()) + diagnostic_plan.offset[id];
  for (const TensorId id : remembered_tensors()) remembered.emplace_back(device, tensors[std::size_t(id)].bytes);
  kept = Memory(device, layout.bytes());
}

}  // namespace gs
