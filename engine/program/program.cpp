// program.cpp - runs the op calls of a compiled program, and reads their results.
#include "engine/program/program.h"

#include <algorithm>
#include <utility>

#include "engine/core/error.h"
#include "engine/program/program_impl.h"
#include "engine/program/steps_per_replay.h"
#include "kernels/diagnose/diagnose.h"
#include "kernels/step/step.h"

namespace gs {

std::vector<TensorId> Program::Impl::snapshot_tensors() const {
  std::vector<TensorId> ids = {flat.parameters, train_side.state};
  for (const TensorId id : {flat.moment1, flat.moment2, flat.copy})
    if (id != no_tensor) ids.push_back(id);
  return ids;
}

void Program::Impl::run(const std::vector<OpCall>& steps, const Addresses& addresses) const {
  for (const OpCall& step : steps) {
    device.begin_range(step.name);
    run(step, addresses);
    device.end_range();
  }
}

void Program::Impl::run(const OpCall& step, const Addresses& addresses) const {
  try {
    step.call(addresses, device.stream());
  } catch (const RankError&) {  // not the fault of this call
    throw;
  } catch (const Error& error) {
    throw Error(step.name + ": " + error.what());
  }
}

/// Enqueues as many steps as one replay holds, at most `wanted`, and returns their number.
int Program::Impl::run(const std::vector<OpCall>& steps, const Addresses& addresses, Side& side, Replays& replays,
                       int wanted) {
  require(at[side.source.images] != nullptr, "a program must be bound to images before it runs");
  int done = 1;
  if (replays.empty()) {  // first without capture, which would forbid libraries to load their kernels
    run(steps, addresses);
    if (use_replays) replays[1] = device.capture(calls(steps, addresses, 1));
  } else if (use_epoch_loops && side.steps_left > 1 && wanted >= side.steps_left && &replays == &side.replays) {
    if (!side.epoch_loop) side.epoch_loop = capture_epoch_loop(steps, addresses, side);
    side.epoch_loop->run();
    done = side.steps_left;
  } else {
    done = replay(steps, addresses, replays, wanted);
  }
  side.steps_left -= done;
  return done;
}

int Program::Impl::replay(const std::vector<OpCall>& steps, const Addresses& addresses, Replays& replays, int wanted) {
  // One replay of many steps is enough: the remaining steps run one by one.
  if (const int repeats = steps_per_replay(wanted, device.most_steps_per_replay()); replays.size() == 1 && repeats > 1)
    replays[repeats] = device.capture(calls(steps, addresses, repeats));
  const auto at = replays.rbegin()->first <= wanted ? replays.rbegin()->first : 1;
  replays.at(at)->run();
  return at;
}

std::unique_ptr<Replay> Program::Impl::capture_epoch_loop(const std::vector<OpCall>& steps, const Addresses& addresses,
                                                          const Side& side) {
  const auto& go_on = device.registry().highest<ContinueEpoch>();
  return device.capture_loop(calls(steps, addresses, 1), [this, &go_on, &addresses, state = side.state](loop_t loop) {
    go_on.launch(loop, addresses.get<StepState>(state), {}, nullptr, device.stream());
  });
}

std::vector<GraphCall> Program::Impl::calls(const std::vector<OpCall>& steps, const Addresses& addresses,
                                            int repeats) const {
  std::vector<GraphCall> result;
  for (const auto& before : repeats == 1
                                ? least_dependencies(steps)
                                : repeated_dependencies(steps, repeats, conflicts(steps, addresses, tensors.all()))) {
    const OpCall& step = steps[result.size() % steps.size()];
    result.push_back({[this, &step, &addresses] { run(step, addresses); }, before});
  }
  return result;
}

void Program::Impl::bind(Side& side, const BatchSource& source) {
  side.window = source.window;
  const std::pair<TensorId, const void*> bindings[] = {{side.source.images, source.images},
                                                       {side.source.labels, source.labels},
                                                       {side.source.permutation, source.permutation},
                                                       {side.collected, source.logits}};
  const auto is_bound = [&](const auto& b) { return at.of[std::size_t(b.first)] == b.second; };
  if (std::ranges::all_of(bindings, is_bound)) return;  // keeps the replays, which hold these addresses
  for (const auto& [id, address] : bindings)
    at.of[std::size_t(id)] = diagnostic_at.of[std::size_t(id)] = const_cast<void*>(address);
  side.replays.clear();
  side.epoch_loop.reset();
  diagnostic_replays.clear();
}

StepState Program::Impl::read_state() const {
  StepState state;
  device.download(&state, at[train_side.state], sizeof state);
  return state;
}

void Program::Impl::begin(Side& side, StepState state, std::uint32_t samples, std::uint32_t first_step) {
  state.cursor = first_step;
  state.ring_slot = 0;
  state.samples = shared.images(samples);
  state.window = side.window;
  state.batch = std::uint32_t(shared.rows());
  state.seed = recipe.seed;
  side.samples = samples;
  side.steps_left = int(shared.division.steps(samples) - first_step);
  device.synchronize();  // no step may write the ring while it is cleared
  std::fill_n(ring, ring_size(), StepMetrics{});
  device.upload(at[side.state], &state, sizeof state);
}

std::vector<float> Program::Impl::read_flat(TensorId id) const {
  return id == no_tensor ? std::vector<float>() : read_flat(at[id]);
}

/// Each parameter goes straight to its place in the order of the net.
std::vector<float> Program::Impl::read_flat(const void* flat_values) const {
  std::vector<float> packed(std::size_t(net.parameter_count()));
  float* to = packed.data();
  for (const auto& [parameter, offset] : layout.slots) {
    const auto size = std::size_t(parameter.size());
    device.download(to, static_cast<const float*>(flat_values) + offset, size * sizeof(float));
    to += size;
  }
  return packed;
}

void Program::Impl::write_flat(TensorId id, const std::vector<float>& packed) {
  require(id != no_tensor, "this optimizer has no such moment");
  const std::vector<float> values = layout.flat(packed);
  device.upload(at[id], values.data(), layout.bytes());
}

void Program::Impl::upload_parameters(const std::vector<float>& values) {
  parameters_were_set = true;
  device.upload(at[flat.parameters], values.data(), layout.bytes());
  if (flat.copy == no_tensor) return;
  std::vector<bf16> copy;
  for (const float v : values) copy.push_back(rounded<bf16>(v));
  device.upload(at[flat.copy], copy.data(), copy.size() * sizeof(bf16));
}

Program::Program(const Net& net, const Recipe& recipe, Device& device, const ImplementationChoice& choice, Ranks* ranks)
    : impl_(std::make_unique<Impl>(net, recipe, device, choice, ranks)) {}
Program::~Program() = default;

void Program::initialize() {
  Impl& p = *impl_;
  p.upload_parameters(initial_values(p.layout, p.recipe.seed));
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

void Program::begin_training_epoch(std::uint32_t epoch, std::uint32_t samples, float learning_rate,
                                   std::uint32_t first_step) {
  StepState state = impl_->read_state();
  state.epoch = epoch;
  state.learning_rate = learning_rate;
  impl_->begin(impl_->train_side, state, samples, first_step);
  if (impl_->shared.is_shared()) impl_->begin_shared_epoch(samples);
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
void Program::use_epoch_loops(bool use) {
  impl_->use_epoch_loops = use;
}
TimedCalls Program::timed_step() {
  Impl& p = *impl_;
  require(p.at[p.train_side.source.images] != nullptr, "a program must be bound to images before it runs");
  std::vector<std::function<void()>> calls;
  for (const OpCall& step : p.training) calls.emplace_back([&p, &step] { p.run(step, p.at); });
  TimedCalls timed = p.device.timed(calls);
  --p.train_side.steps_left;  // afterwards: weights_of_ranks() reads it
  return timed;
}
void Program::use_replays(bool use) {
  impl_->use_replays = use;
  for (Impl::Replays* replays : {&impl_->train_side.replays, &impl_->evaluate_side.replays, &impl_->diagnostic_replays})
    replays->clear();
  for (Impl::Side* side : {&impl_->train_side, &impl_->evaluate_side}) side->epoch_loop.reset();
}
void Program::recapture_training() {
  Impl& p = *impl_;
  Impl::Replays& replays = p.train_side.replays;
  if (replays.empty()) return;
  replays.clear();
  p.train_side.epoch_loop.reset();
  replays[1] = p.device.capture(p.calls(p.training, p.at, 1));
}
bool Program::training_is_captured() const {
  return !impl_->train_side.replays.empty();
}
void Program::diagnostic_step() {
  impl_->run(impl_->diagnostic, impl_->diagnostic_at, impl_->train_side, impl_->diagnostic_replays, 1);
}

Diagnosis Program::diagnosis() const {
  const Impl& p = *impl_;
  Diagnosis result;
  for (const Impl::LayerProbe& probe : p.layer_probes) {
    LayerDiagnosis layer{probe.layer, probe.relu, {}};
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

void Program::count_broken() {
  Impl& p = *impl_;
  p.device.begin_range("count broken");
  p.counting().launch(p.broken, p.at.get(p.flat.parameters), {p.layout.size}, p.broken_workspace.data(),
                      p.device.stream());
  p.device.end_range();
}
std::uint32_t Program::broken() const {
  return *impl_->broken;
}

void Program::snapshot() {
  Impl& p = *impl_;
  const auto ids = p.snapshot_tensors();
  for (std::size_t i = 0; i < ids.size(); ++i)
    p.device.copy(p.snapshots[i].data(), p.at[ids[i]], p.snapshots[i].bytes());
}
void Program::restore() {
  Impl& p = *impl_;
  const auto ids = p.snapshot_tensors();
  for (std::size_t i = 0; i < ids.size(); ++i)
    p.device.copy(p.at[ids[i]], p.snapshots[i].data(), p.snapshots[i].bytes());
}
void Program::keep_parameters() {
  Impl& p = *impl_;
  p.device.copy(p.kept.data(), p.at[p.flat.parameters], p.kept.bytes());
}
std::vector<float> Program::kept_parameters() const {
  return impl_->read_flat(impl_->kept.data());
}
void Program::run_training_in_order(const std::vector<int>& order) {
  for (const int i : order) impl_->run(impl_->training.at(std::size_t(i)), impl_->at);
}

const StepMetrics* Program::ring() const {
  return impl_->ring;
}
std::uint32_t Program::ring_capacity() const {
  return impl_->ring_size();
}
const Net& Program::net() const {
  return impl_->net;
}
const Recipe& Program::recipe() const {
  return impl_->recipe;
}
const SharedBatch& Program::shared_batch() const {
  return impl_->shared;
}
Device& Program::device() const {
  return impl_->device;
}
const std::vector<OpCall>& Program::training_calls() const {
  return impl_->training;
}
const std::vector<OpCall>& Program::evaluation_calls() const {
  return impl_->evaluation;
}
const std::vector<OpCall>& Program::diagnostic_calls() const {
  return impl_->diagnostic;
}
const Addresses& Program::addresses() const {
  return impl_->at;
}
const std::vector<Tensor>& Program::tensors() const {
  return impl_->tensors.all();
}
const MemoryPlan& Program::memory_plan() const {
  return impl_->training_plan;
}

const std::vector<TunedCall>& Program::tuned_calls() const {
  static const std::vector<TunedCall> none;
  return impl_->tuner ? impl_->tuner->steps() : none;
}

ImplementationTable Program::implementations() const {
  ImplementationTable table;
  for (const std::vector<OpCall>* list : {&impl_->evaluation, &impl_->training})
    for (const OpCall& step : *list)
      if (!step.implementation.empty()) table[step.name] = step.implementation;  // else there was no choice
  return table;
}

std::vector<float> Program::parameters() const {
  return impl_->read_flat(impl_->flat.parameters);
}
void Program::set_parameters(const std::vector<float>& values) {
  impl_->upload_parameters(impl_->layout.flat(values));
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
  const std::size_t count = std::size_t(impl_->shared.rows()) * std::size_t(impl_->net.output().size());
  return with_type_of(impl_->storage, [&]<class T>(T) {
    std::vector<T> stored(count);
    impl_->device.download(stored.data(), impl_->at[impl_->evaluated_logits], count * sizeof(T));
    std::vector<float> values;
    for (const T v : stored) values.push_back(widened(v));
    return values;
  });
}
std::vector<float> Program::sample_losses() const {
  std::vector<float> values(std::size_t(impl_->shared.rows()));
  impl_->device.download(values.data(), impl_->at[impl_->evaluated_loss], values.size() * sizeof(float));
  return values;
}

}  // namespace gs
