// program.cpp - compiling a net for a device, and running its steps.
#include "engine/program/program.h"

#include <fmt/format.h>

#include "engine/core/cache_folder.h"
#include "engine/core/error.h"
#include "engine/core/version.h"
#include "engine/program/program_impl.h"
#include "engine/program/steps_per_replay.h"

namespace gs {
namespace {

constexpr std::uint32_t ring_entries = 4096;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

std::vector<std::unique_ptr<Op>> make_ops(OpContext& context, const Net& net, Activation activation) {
  std::vector<std::unique_ptr<Op>> ops;
  for (const Layer& layer : net.layers) {
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
    if (const auto convolution = below.convolution()) below.taken_in = ops.back()->take_in(*convolution);
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
  if (choice.rule != "auto" || device.rooms().target == Target::sim) return nullptr;
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
      layout(n),
      tuning_cache(open_tuning_cache(r, d, c)),
      tuner(tuning_cache ? std::make_unique<Tuner>(d, *tuning_cache) : nullptr),
      builder(d, choice, tuner.get()) {
  check_outputs(net, recipe.loss);
  recipe.optimizer.size = layout.size;
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
  for (const FlatLayout::Slot& slot : layout.slots) {
    const std::size_t bytes = std::size_t(slot.parameter.size()) * sizeof(float);
    parameters[slot.parameter.name] = {fixed(slot.parameter.name, bytes),
                                       fixed(slot.parameter.name + " gradient", bytes)};
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
                    side.state, parameters};
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
      Activation seen = ops[ops[i]->taken_in ? i + 1 : i]->output;
      seen.relu = ops[i]->output.relu;
      layer_probes.push_back({net.layers[i].name, seen, no_tensor});
    }
  } else {
    add_collect(context, logits, side.collected);
    evaluated_logits = logits.value;
    evaluated_loss = loss.sample_loss;
  }
  if (for_training) training_state = context.state;
  return builder.take_steps();
}

/// The training steps themselves, and between them what looks at their tensors.
std::vector<Step> Program::Impl::compile_diagnostic_steps() {
  OpContext context{builder, recipe.batch, true, training_state, train_side.state, parameters};
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
    if (step.name == "loss") append(activity);
    if (step.name == "update") append(snapshots);
    steps.push_back(step);
  }
  append(measures);
  return steps;
}

void Program::Impl::check_overrides() const {
  std::vector<std::string> names;
  for (const Step& step : training) names.push_back(step.name);
  for (const auto& [entry, implementation] : choice.fixed) {
    if (std::any_of(names.begin(), names.end(), [&](const std::string& step) { return names_step(entry, step); }))
      continue;
    for (const Layer& layer : net.layers) names.push_back(layer.name + " forward");  // also where it is fused now
    throw UsageError(fmt::format("there is no step '{}' to give the implementation '{}': {}", entry, implementation,
                                 suggestion(entry, names)));
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
  const auto own = [&](TensorId id) {
    const std::size_t bytes = tensors[std::size_t(id)].bytes;
    fixed_memory.emplace_back(device, bytes);
    device.fill_zero(fixed_memory.back().data(), bytes);
    at.of[std::size_t(id)] = fixed_memory.back().data();
  };
  own(flat.parameters);
  own(flat.gradients);
  for (const FlatLayout::Slot& slot : layout.slots) {
    const ParameterTensors& p = parameters.at(slot.parameter.name);
    at.of[std::size_t(p.value)] = at.get(flat.parameters) + slot.offset;
    at.of[std::size_t(p.gradient)] = at.get(flat.gradients) + slot.offset;
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
}

std::vector<TensorId> Program::Impl::remembered_tensors() const {
  std::vector<TensorId> ids = {flat.parameters, train_side.state};
  for (const TensorId id : {flat.moment1, flat.moment2})
    if (id != no_tensor) ids.push_back(id);
  return ids;
}

void Program::Impl::run(const std::vector<Step>& steps, const Addresses& addresses) const {
  for (const Step& step : steps) run(step, addresses);
}

void Program::Impl::run(const Step& step, const Addresses& addresses) const {
  try {
    step.call(addresses, device.stream());
  } catch (const Error& error) {
    throw Error(step.name + ": " + error.what());
  }
}

/// Enqueues as many runs of the steps as one replay holds, at most `wanted`, and returns how many.
int Program::Impl::run(const std::vector<Step>& steps, const Addresses& addresses, const Side& side, Replays& replays,
                       int wanted) {
  require(at[side.source.images] != nullptr, "a program must be bound to images before it runs");
  if (replays.empty()) {  // the first time one by one: libraries load their kernels, which a capture would forbid
    run(steps, addresses);
    replays[1] = capture(steps, addresses, 1);
    return 1;
  }
  // One replay of many steps is enough: what it leaves over is done one by one.
  if (const int repeats = steps_per_replay(wanted, device.most_steps_per_replay()); replays.size() == 1 && repeats > 1)
    replays[repeats] = capture(steps, addresses, repeats);
  const auto at = replays.rbegin()->first <= wanted ? replays.rbegin()->first : 1;
  replays.at(at)->run();
  return at;
}

std::unique_ptr<Replay> Program::Impl::capture(const std::vector<Step>& steps, const Addresses& addresses,
                                               int repeats) {
  std::vector<GraphCall> calls;
  const auto edges = repeated_dependencies(steps, repeats);
  for (std::size_t i = 0; i < edges.size(); ++i)
    calls.push_back({[this, step = &steps[i % steps.size()], &addresses] { run(*step, addresses); }, edges[i]});
  return device.capture(std::move(calls));
}

void Program::Impl::bind(Side& side, const BatchSource& source) {
  const auto set = [&](TensorId id, const void* address) {
    at.of[std::size_t(id)] = diagnostic_at.of[std::size_t(id)] = const_cast<void*>(address);
  };
  set(side.source.images, source.images);
  set(side.source.labels, source.labels);
  set(side.source.permutation, source.permutation);
  set(side.collected, source.logits);
  side.replays.clear();
  diagnostic_replays.clear();
}

StepState Program::Impl::read_state() const {
  StepState state;
  device.download(&state, at[train_side.state], sizeof state);
  return state;
}

void Program::Impl::begin(Side& side, StepState state, std::uint32_t samples) {
  state.cursor = state.ring_slot = 0;
  state.samples = samples;
  state.batch = std::uint32_t(recipe.batch);
  state.seed = recipe.seed;
  device.synchronize();  // nobody writes the ring while it is cleared
  std::fill_n(ring, ring_entries, StepMetrics{});
  device.upload(at[side.state], &state, sizeof state);
}

std::vector<float> Program::Impl::read_flat(TensorId id) const {
  if (id == no_tensor) return {};
  std::vector<float> values(std::size_t(layout.size));
  device.download(values.data(), at[id], layout.bytes());
  return layout.packed(values);
}

void Program::Impl::write_flat(TensorId id, const std::vector<float>& packed) {
  require(id != no_tensor, "this optimizer has no such moment");
  const std::vector<float> values = layout.flat(packed);
  device.upload(at[id], values.data(), layout.bytes());
}

Program::Program(const Net& net, const Recipe& recipe, Device& device, const ImplementationChoice& choice)
    : impl_(std::make_unique<Impl>(net, recipe, device, choice)) {}
Program::~Program() = default;

void Program::initialize() {
  Impl& p = *impl_;
  const std::vector<float> values = initial_values(p.layout, p.recipe.seed);
  p.device.upload(p.at[p.flat.parameters], values.data(), p.layout.bytes());
  for (const TensorId moment : {p.flat.moment1, p.flat.moment2})
    if (moment != no_tensor) p.device.fill_zero(p.at[moment], p.layout.bytes());
  StepState state;
  state.seed = p.recipe.seed;
  state.beta1_power = p.recipe.optimizer.beta1;
  state.beta2_power = p.recipe.optimizer.beta2;
  set_state(state);
}

void Program::bind_training(const BatchSource& source) {
  impl_->bind(impl_->train_side, source);
}
void Program::bind_evaluation(const BatchSource& source) {
  impl_->bind(impl_->evaluate_side, source);
}

void Program::begin_training_epoch(std::uint32_t epoch, std::uint32_t samples, float learning_rate) {
  StepState state = impl_->read_state();
  state.epoch = epoch;
  state.learning_rate = learning_rate;
  impl_->begin(impl_->train_side, state, samples);
}
void Program::begin_evaluation(std::uint32_t samples) {
  impl_->begin(impl_->evaluate_side, StepState{}, samples);
}

int Program::train_steps(int wanted) {
  return impl_->run(impl_->training, impl_->at, impl_->train_side, impl_->train_side.replays, wanted);
}
int Program::evaluate_steps(int wanted) {
  return impl_->run(impl_->evaluation, impl_->at, impl_->evaluate_side, impl_->evaluate_side.replays, wanted);
}
void Program::diagnostic_step() {
  impl_->run(impl_->diagnostic, impl_->diagnostic_at, impl_->train_side, impl_->diagnostic_replays, 1);
}

Diagnosis Program::diagnosis() const {
  const Impl& p = *impl_;
  Diagnosis result;
  for (const Impl::LayerProbe& probe : p.layer_probes) {
    LayerDiagnosis layer{probe.layer, probe.output.relu, {}};
    layer.channels.resize(std::size_t(probe.output.shape.c));
    p.device.download(layer.channels.data(), p.at[probe.activity], layer.channels.size() * sizeof(ChannelActivity));
    result.layers.push_back(std::move(layer));
  }
  for (const Impl::ParameterProbe& probe : p.parameter_probes) {
    ParameterDiagnosis parameter{probe.parameter, {}};
    p.device.download(&parameter.sums, p.at[probe.sums], sizeof parameter.sums);
    result.parameters.push_back(parameter);
  }
  return result;
}

void Program::remember() {
  Impl& p = *impl_;
  const auto ids = p.remembered_tensors();
  for (std::size_t i = 0; i < ids.size(); ++i)
    p.device.copy(p.remembered[i].data(), p.at[ids[i]], p.remembered[i].bytes());
}
void Program::recall() {
  Impl& p = *impl_;
  const auto ids = p.remembered_tensors();
  for (std::size_t i = 0; i < ids.size(); ++i)
    p.device.copy(p.at[ids[i]], p.remembered[i].data(), p.remembered[i].bytes());
}
void Program::run_training_in_order(const std::vector<int>& order) {
  for (const int i : order) impl_->run(impl_->training.at(std::size_t(i)), impl_->at);
}

const StepMetrics* Program::ring() const {
  return impl_->ring;
}
std::uint32_t Program::ring_capacity() const {
  return ring_entries;
}
const Net& Program::net() const {
  return impl_->net;
}
const Recipe& Program::recipe() const {
  return impl_->recipe;
}
Device& Program::device() const {
  return impl_->device;
}
const std::vector<Step>& Program::training_steps() const {
  return impl_->training;
}
const std::vector<Step>& Program::evaluation_steps() const {
  return impl_->evaluation;
}
const std::vector<Step>& Program::diagnostic_steps() const {
  return impl_->diagnostic;
}
const Addresses& Program::addresses() const {
  return impl_->at;
}
const MemoryPlan& Program::memory_plan() const {
  return impl_->training_plan;
}

ImplementationTable Program::implementations() const {
  ImplementationTable table;
  for (const Step& step : impl_->training) table[step.name] = step.implementation;
  return table;
}

std::vector<float> Program::parameters() const {
  return impl_->read_flat(impl_->flat.parameters);
}
void Program::set_parameters(const std::vector<float>& values) {
  impl_->write_flat(impl_->flat.parameters, values);
}
std::vector<float> Program::gradients() const {
  return impl_->read_flat(impl_->flat.gradients);
}
std::vector<float> Program::moment(int which) const {
  return impl_->read_flat(which == 1 ? impl_->flat.moment1 : impl_->flat.moment2);
}
void Program::set_moment(int which, const std::vector<float>& values) {
  impl_->write_flat(which == 1 ? impl_->flat.moment1 : impl_->flat.moment2, values);
}
StepState Program::state() const {
  return impl_->read_state();
}
void Program::set_state(const StepState& state) {
  impl_->device.upload(impl_->at[impl_->train_side.state], &state, sizeof state);
}

std::vector<float> Program::logits() const {
  std::vector<float> values(std::size_t(impl_->recipe.batch) * std::size_t(impl_->net.output().size()));
  impl_->device.download(values.data(), impl_->at[impl_->evaluated_logits], values.size() * sizeof(float));
  return values;
}
std::vector<float> Program::sample_losses() const {
  std::vector<float> values(std::size_t(impl_->recipe.batch));
  impl_->device.download(values.data(), impl_->at[impl_->evaluated_loss], values.size() * sizeof(float));
  return values;
}

}  // namespace gs
