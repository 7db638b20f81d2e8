// compile.cpp - lowers a net and a recipe to op calls, tensors and memory on a device.
#include <algorithm>
#include <cstring>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include "engine/core/cache_folder.h"
#include "engine/core/error.h"
#include "engine/net/layer_kind.h"
#include "engine/program/parameter_boundaries.h"
#include "engine/program/program_impl.h"
#include "engine/program/rank_calls.h"
#include "kernels/share/share.h"

namespace gs {
namespace {

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
  const std::string machine = fmt::format("{}; {}", device.description(), to_string(recipe.precision));
  return std::make_unique<TuningCache>(file, machine, choice.retune);
}

template <class T>
std::vector<std::byte> bytes_of_values(const std::vector<T>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// The initial values of a parameter that begins with a constant.
std::vector<std::byte> constant_sample(const Parameter& parameter) {
  return bytes_of_values(std::vector<float>(std::size_t(parameter.size()), parameter.initial.value));
}

}  // namespace

Program::Impl::Impl(const Net& n, const Recipe& r, Device& d, const ImplementationChoice& c, Ranks* ranks)
    : net(n),
      recipe(r),
      shared(r.batch, ranks),
      device(d),
      choice(c),
      storage(r.precision == Precision::bf16 ? Storage::bf16 : Storage::fp32),
      layout(n),
      tuning_cache(open_tuning_cache(r, d, c)),
      tuner(tuning_cache ? std::make_unique<Tuner>(d, *tuning_cache) : nullptr),
      chooser(d, choice, tensors, tuner.get()) {
  check_outputs(net, recipe.loss);
  recipe.optimizer.size = layout.trained_size;
  recipe.optimizer.bf16_copy = storage == Storage::bf16;
  boundaries = parameter_boundaries(layout, recipe.optimizer.size);
  recipe.optimizer.boundaries = boundaries.data();
  recipe.optimizer.segments = int(boundaries.size()) - 1;
  add_fixed_tensors();
  training = compile_calls(true);
  evaluation = compile_calls(false);
  diagnostic = compile_diagnostic_calls();
  if (tuning_cache) tuning_cache->save_and_unlock();
  check_overrides();
  diagnostic_plan = plan_memory(tensors.all(), diagnostic);
  training_plan = plan_memory(tensors.all(), training);
  evaluation_plan = plan_memory(tensors.all(), evaluation);
  allocate();
}

Program::Impl::~Impl() {
  // Steps and sums may still be in flight when an exception ends a run; memory must outlive them. Sums on GPUs may wait
  // for another rank then, which waits for this one.
  if (gpu_exchanges && std::uncaught_exceptions() > 0) gpu_exchanges->abort();
  device.watch(nullptr);
  try {
    device.synchronize();
  } catch (const std::exception&) {
  }
  try {
    if (shared.ranks) shared.ranks->finish_sums();
  } catch (const std::exception&) {
  }
  if (ring) device.free_shared(ring);
  if (broken) device.free_shared(broken);
}

void Program::Impl::add_fixed_tensors() {
  const auto fixed = [&](const std::string& name, std::size_t bytes) {
    return tensors.add(name, bytes, Lifetime::fixed);
  };
  const auto fixed_numbers = [&](const std::string& name, std::int64_t size) {
    return tensors.add_numbers(name, size, Storage::fp32, Lifetime::fixed);
  };
  const int moments = recipe.optimizer.moments();
  flat.parameters = fixed_numbers("parameters", layout.size);
  flat.gradients = fixed_numbers("gradients", layout.size);
  flat.moment1 = moments > 0 ? fixed_numbers("moment1", layout.size) : no_tensor;
  flat.moment2 = moments > 1 ? fixed_numbers("moment2", layout.size) : no_tensor;
  const auto fixed_copy = [&](const std::string& name, std::int64_t size) {
    return tensors.add_numbers(name, size, Storage::bf16, Lifetime::fixed);
  };
  flat.copy = storage == Storage::bf16 ? fixed_copy("parameters in bf16", layout.size) : no_tensor;
  for (const FlatLayout::Slot& slot : layout.slots) {
    const Parameter& parameter = slot.parameter;
    ParameterTensors& p = parameters[parameter.name];
    p.value = fixed_numbers(parameter.name, parameter.size());
    // A running variance must not be negative, as a random one could be; a frozen bias is sampled like it.
    if (!parameter.trained && parameter.initial.kind == InitialValues::Kind::constant)
      tensors.set_sample(p.value, constant_sample(parameter));
    if (parameter.trained) p.gradient = fixed_numbers(parameter.name + " gradient", parameter.size());
    p.stored = flat.copy == no_tensor ? p.value : fixed_copy(parameter.name + " in bf16", parameter.size());
  }
  add_last_layer();
  if (!recipe.class_weights.empty())
    class_weights = fixed_numbers("class weights", std::int64_t(recipe.class_weights.size()));
  if (exchanges_on_gpus()) {
    whole_batch = fixed("batch of all ranks", sizeof(WholeBatch));
    order_of_exchanges = fixed("order of exchanges", sizeof(int));
  }
  ring_tensor = fixed("metrics ring", ring_size() * sizeof(StepMetrics));
  for (Side* side : {&train_side, &evaluate_side}) {
    side->state = fixed("step state", sizeof(StepState));
    tensors.set_sample(side->state, full_batch_state());
    side->source = {fixed("images", 0), fixed("labels of the split", 0), fixed("permutation", 0)};
    side->collected = fixed("logits of the split", 0);
  }
}

/// The layer behind layout.last_offset, with its parts of the moments.
void Program::Impl::add_last_layer() {
  std::vector<const Parameter*> last;
  for (const FlatLayout::Slot& slot : layout.slots)
    if (slot.parameter.trained && slot.offset >= layout.last_offset) last.push_back(&slot.parameter);
  if (last.size() != 2) return;
  const auto parameter = [&](const Parameter& p) {
    const auto moment = [&](const char* name, TensorId all) {
      return all == no_tensor ? all : tensors.add_numbers(p.name + name, p.size(), Storage::fp32, Lifetime::fixed);
    };
    return LastLayer::Parameter{parameters.at(p.name), moment(" moment1", flat.moment1),
                                moment(" moment2", flat.moment2)};
  };
  last_layer = {parameter(*last[0]), parameter(*last[1]), layout.last_offset};
}

/// Step state of a full batch, for measuring implementations.
std::vector<std::byte> Program::Impl::full_batch_state() const {
  StepState state;
  state.batch = state.samples = std::uint32_t(shared.rows());
  return bytes_of_values(std::vector{state});
}

std::vector<OpCall> Program::Impl::compile_calls(bool for_training) {
  Side& side = for_training ? train_side : evaluate_side;
  CallList list(tensors);
  Lowering l{list,      shared.rows(), for_training, storage, tensors.add("state of this step", sizeof(StepState)),
             parameters};
  l.first_row = shared.first_row();
  if (recipe.sync_batch_norm) l.ranks_of_statistics = shared.division.ranks();
  tensors.set_sample(l.state, full_batch_state());
  const BatchTensors batch =
      add_gather(l, net.input, side.source, side.state, for_training ? recipe.augmentation : Augmentation());
  add_advance(l, recipe.optimizer, side.state);

  std::vector<Value> outputs;
  std::vector<LoweredLayer> lowered;
  for (const Layer& layer : net.layers) {
    std::vector<Value> inputs;
    for (const int input : layer.inputs)
      inputs.push_back(input == network_input ? batch.x : outputs[std::size_t(input)]);
    lowered.push_back(layer.kind->lower(l, layer, inputs));
    outputs.push_back(lowered.back().output);
  }
  const Value logits = outputs.empty() ? batch.x : outputs.back();
  // Class weights apply to training only, not to the reported validation loss (as in Keras).
  const LossSettings settings{recipe.loss, recipe.label_smoothing, for_training ? class_weights : no_tensor};
  const LossTensors loss =
      add_loss(l, settings, logits, batch.labels, for_training ? Lifetime::planned : Lifetime::fixed);
  add_record(l, loss, ring_tensor, ring_size());
  if (for_training) {
    add_backward(l, lowered, loss.gradient);
    add_update(l, recipe.optimizer, flat);
    training_state = l.state;
  } else {
    add_store_logits(l, logits, side.collected);
  }

  const auto note_names = [&] {
    for (const CallNode& node : list.nodes) call_names.push_back(node.name);
  };
  note_names();
  fuse(list, chooser);
  // The sums over ranks read all gradients before the update.
  if (for_training && !shared.is_shared()) fused_update = fuse_dense_update(list, chooser, last_layer);
  note_names();
  if (for_training) {
    place_probes(list, outputs);
    forwards_apart = list.apart;
  } else {
    evaluated_logits = list.resolved(logits.tensor);
    evaluated_loss = loss.sample_loss;
  }
  std::vector<OpCall> calls = chooser.bind(list.nodes);
  if (for_training && shared.is_shared()) insert_exchanges(calls, l.exchanges);
  return calls;
}

void Program::Impl::insert_exchanges(std::vector<OpCall>& calls, const Exchanges& of_layers) {
  const Gradients gradients{layout, parameters, flat.gradients};
  if (exchanges_on_gpus())
    insert_gpu_exchanges(
        calls, of_layers, gradients,
        {[this]() -> GpuExchanges& { return *gpu_exchanges; }, training_state, whole_batch, order_of_exchanges},
        device.registry(), shared.ranks->size());
  else
    insert_host_exchanges(calls, of_layers, gradients, *shared.ranks, [this] { return weights_of_ranks(); });
}

/// From the last layer to the first. If several layers read a value, their gradients are added in the order of these
/// layers.
void Program::Impl::add_backward(Lowering& l, const std::vector<LoweredLayer>& lowered, TensorId loss_gradient) {
  std::vector<std::vector<TensorId>> gradients(net.layers.size());
  if (!net.layers.empty()) gradients.back() = {loss_gradient};
  for (std::size_t i = net.layers.size(); i-- > 0;) {
    const Layer& layer = net.layers[i];
    if (!lowered[i].output.wants_gradient || gradients[i].empty()) continue;
    const std::vector<TensorId> of_inputs =
        lowered[i].backward(add_sum_of_gradients(l, layer.name, layer.output, gradients[i]));
    for (std::size_t k = of_inputs.size(); k-- > 0;)
      if (of_inputs[k] != no_tensor) {
        std::vector<TensorId>& of_input = gradients[std::size_t(layer.inputs[k])];
        of_input.insert(of_input.begin(), of_inputs[k]);
      }
  }
}

/// Probes the output of each layer with parameters, after the ReLU if one was joined to the layer.
void Program::Impl::place_probes(const CallList& list, const std::vector<Value>& outputs) {
  for (std::size_t i = 0; i < net.layers.size(); ++i) {
    if (net.layers[i].parameters.empty()) continue;
    Value seen = outputs[i];
    const bool relu = list.is_rectified(seen.tensor);
    // Fusion may write only the pooled map; a channel has positive values in it exactly if it has some before.
    if (const TensorId pool = list.pooled_form(seen.tensor); pool != no_tensor)
      seen = *std::find_if(outputs.begin(), outputs.end(), [&](const Value& v) { return v.tensor == pool; });
    layer_probes.push_back({net.layers[i].name, seen, relu, no_tensor});
  }
}

/// The training calls, interleaved with calls that measure their tensors. All gradients are written.
std::vector<OpCall> Program::Impl::compile_diagnostic_calls() {
  CallList list(tensors);
  Lowering l{list, shared.rows(), true, storage, training_state, parameters};
  const auto take = [&] { return chooser.bind(std::exchange(list.nodes, {})); };
  for (LayerProbe& probe : layer_probes) {
    const std::size_t bytes = std::size_t(probe.output.shape.c) * sizeof(ChannelActivity);
    probe.activity = tensors.add(probe.layer + " activity", bytes, Lifetime::fixed);
    add_activity(l, probe.layer, probe.output, probe.activity);
  }
  const std::vector<OpCall> activity = take();
  std::vector<TensorId> before;
  for (const FlatLayout::Slot& slot : layout.slots) {
    if (!slot.parameter.trained) continue;
    before.push_back(tensors.add_numbers(slot.parameter.name + " before", slot.parameter.size(), Storage::fp32));
    add_snapshot(l, slot.parameter.name, parameters.at(slot.parameter.name).value, slot.parameter.size(),
                 before.back());
  }
  const std::vector<OpCall> snapshots = take();
  for (const FlatLayout::Slot& slot : layout.slots) {
    const Parameter& parameter = slot.parameter;
    if (!parameter.trained) continue;
    const TensorId sums = tensors.add(parameter.name + " change", sizeof(UpdateSums), Lifetime::fixed);
    add_measure(l, parameter.name, parameters.at(parameter.name), parameter.size(), before[parameter_probes.size()],
                sums);
    parameter_probes.push_back({parameter.name, sums});
  }
  const std::vector<OpCall> measures = take();

  std::vector<OpCall> calls;
  const auto append = [&](const std::vector<OpCall>& more) { calls.insert(calls.end(), more.begin(), more.end()); };
  for (const OpCall& call : training) {
    if (call.name == "record metrics") {  // follows the loss, which may be one call with the last layers
      append(chooser.bind(forwards_apart));
      append(activity);
    }
    if (call.name == "update") append(snapshots);
    if (fused_update && call.name == fused_update->name)
      append(chooser.bind(fused_update->gradients));
    else if (fused_update && call.name == "update")
      calls.push_back(chooser.bind(fused_update->update));
    else
      calls.push_back(call);
  }
  append(measures);
  return calls;
}

void Program::Impl::check_overrides() const {
  if (choice.given)
    for (const std::string& call : choice.given->calls()) {
      const std::string layer = call.substr(0, call.find(' '));
      const auto of_layer = [&](const std::string& name) { return name == layer || name.starts_with(layer + " "); };
      if (std::none_of(call_names.begin(), call_names.end(), of_layer))
        throw UsageError(fmt::format("--kernel: {} has no layer '{}' (--explain lists the calls)", net.name, layer));
    }
  if (choice.where_it_fits) return;
  for (const auto& [entry, implementation] : choice.fixed) {
    const auto is_named = [&entry = entry](const std::string& call) { return names_call(entry, call); };
    if (std::ranges::any_of(call_names, is_named) || std::ranges::any_of(chooser.noted_apart(), is_named)) continue;
    std::vector<std::string> once;
    for (const std::string& name : call_names)
      if (std::find(once.begin(), once.end(), name) == once.end()) once.push_back(name);
    throw UsageError(fmt::format("--impl: no call is named '{}' (implementation '{}'): {}", entry, implementation,
                                 suggestion(entry, once)));
  }
}

void Program::Impl::allocate() {
  at.of.assign(tensors.size(), nullptr);
  arena = Memory(device, std::max({std::size_t(256), training_plan.arena_bytes, evaluation_plan.arena_bytes,
                                   diagnostic_plan.arena_bytes}));
  for (std::size_t id = 0; id < tensors.size(); ++id)
    for (const MemoryPlan* plan : {&training_plan, &evaluation_plan})
      if (plan->offset[id] != MemoryPlan::npos) at.of[id] = static_cast<std::byte*>(arena.data()) + plan->offset[id];

  ring = static_cast<StepMetrics*>(device.allocate_shared(ring_size() * sizeof(StepMetrics)));
  at.of[std::size_t(ring_tensor)] = ring;
  broken = static_cast<std::uint32_t*>(device.allocate_shared(sizeof *broken));
  *broken = 0;
  broken_workspace = Memory(device, counting().workspace_bytes({layout.size}));
  const auto own = [&](TensorId id) {
    const std::size_t bytes = tensors[id].bytes;
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
    if (p.gradient != no_tensor) at.of[std::size_t(p.gradient)] = at.get(flat.gradients) + slot.offset;
    if (p.stored != p.value) at.of[std::size_t(p.stored)] = at.get<bf16>(flat.copy) + slot.offset;
  }
  for (const auto& [all, moment] : {std::pair(flat.moment1, &LastLayer::Parameter::moment1),
                                    std::pair(flat.moment2, &LastLayer::Parameter::moment2)}) {
    if (all == no_tensor) continue;
    own(all);
    for (const LastLayer::Parameter* p : {&last_layer.weight, &last_layer.bias})
      if (p->*moment != no_tensor)
        at.of[std::size_t(p->*moment)] = at.get(all) + (at.get(p->tensors.value) - at.get(flat.parameters));
  }
  // The remaining fixed tensors; images, labels and permutation have 0 bytes here, since the caller binds them.
  for (std::size_t id = 0; id < tensors.size(); ++id)
    if (tensors.all()[id].lifetime == Lifetime::fixed && tensors.all()[id].bytes > 0 && !at.of[id]) own(TensorId(id));
  if (class_weights != no_tensor)
    device.upload(at[class_weights], recipe.class_weights.data(), recipe.class_weights.size() * sizeof(float));
  diagnostic_at = at;
  for (std::size_t id = 0; id < tensors.size(); ++id)
    if (diagnostic_plan.offset[id] != MemoryPlan::npos)
      diagnostic_at.of[id] = static_cast<std::byte*>(arena.data()) + diagnostic_plan.offset[id];
  for (const TensorId id : snapshot_tensors()) snapshots.emplace_back(device, tensors[id].bytes);
  kept = Memory(device, layout.bytes());
}

}  // namespace gs
