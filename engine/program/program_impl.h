// program_impl.h - the members of Program, for the files of this folder.
#pragma once
#include <algorithm>

#include "engine/core/nearest.h"
#include "engine/program/chooser.h"
#include "engine/program/flat_layout.h"
#include "engine/program/fusion/rules.h"
#include "engine/program/program.h"
#include "engine/program/step_frame.h"
#include "engine/ranks/gpu_exchanges.h"

namespace gs {

/// Capacity of the metrics ring: steps the host may lag behind. On several GPUs few enough that no launch waits for
/// room in CUDA's queue: another GPU may be gone, and only a host that polls notices.
inline constexpr std::uint32_t ring_entries = 4096, ring_entries_on_gpus = 256;

struct Program::Impl {
  using Replays = std::map<int, std::unique_ptr<Replay>>;  ///< by number of steps in each

  /// Training and evaluation each have their own state, their own images and their own replay.
  struct Side {
    TensorId state = no_tensor;  ///< for the next step
    SourceTensors source{no_tensor, no_tensor, no_tensor};
    TensorId collected = no_tensor;  ///< logits of the whole split
    std::uint32_t window = 0;        ///< BatchSource::window
    Replays replays;
    std::unique_ptr<Replay> epoch_loop;  ///< repeats a step until the epoch has no images left
    std::uint32_t samples = 0;           ///< of the epoch, on all ranks
    int steps_left = 0;                  ///< in the epoch
  };

  Net net;
  Recipe recipe;
  SharedBatch shared;
  Device& device;
  ImplementationChoice choice;
  Storage storage;  ///< type of activations, and of the copy of the parameters that layers read
  FlatLayout layout;
  std::vector<std::int64_t> boundaries;       ///< parameter offsets in it; the optimizer's problem points here
  std::unique_ptr<TuningCache> tuning_cache;  ///< null: nothing is measured
  std::unique_ptr<Tuner> tuner;
  TensorTable tensors;
  Chooser chooser;

  FlatTensors flat{no_tensor, no_tensor, no_tensor, no_tensor, no_tensor};
  std::map<std::string, ParameterTensors> parameters;
  LastLayer last_layer;                     ///< no tensors if it is not a weight and a bias
  std::optional<FusedUpdate> fused_update;  ///< in training; a diagnostic step has the calls that it replaces
  TensorId training_state = no_tensor;      ///< for the running step
  TensorId class_weights = no_tensor, ring_tensor = no_tensor, evaluated_logits = no_tensor, evaluated_loss = no_tensor;
  TensorId whole_batch = no_tensor, order_of_exchanges = no_tensor;  ///< several ranks on GPUs only
  bool parameters_were_set = false;                                  ///< since all ranks had the same
  bool has_agreed = false;                      ///< with the other ranks on the exchanges of a step
  std::unique_ptr<GpuExchanges> gpu_exchanges;  ///< made before the first epoch; its kernels are in the sides' replays
  Side train_side, evaluate_side;
  std::vector<OpCall> training, evaluation, diagnostic;
  std::vector<std::string> call_names;   ///< training and evaluation, before and after fusion
  std::vector<CallNode> forwards_apart;  ///< forward calls that fusion removed; the diagnosis reads their outputs
  MemoryPlan training_plan, evaluation_plan, diagnostic_plan;

  /// Tensors that a diagnostic step writes: one probe per layer with parameters, one per trained parameter.
  struct LayerProbe {
    std::string layer;
    Value output;
    bool relu = false;  ///< a ReLU follows the layer
    TensorId activity = no_tensor;
  };
  struct ParameterProbe {
    std::string parameter;
    TensorId sums = no_tensor;
  };
  std::vector<LayerProbe> layer_probes;
  std::vector<ParameterProbe> parameter_probes;
  Replays diagnostic_replays;
  bool use_epoch_loops = false;
  bool use_replays = true;

  Memory arena;                      ///< planned tensors of all lists, of which only one runs at a time
  std::vector<Memory> fixed_memory;  ///< flat buffers, states
  StepMetrics* ring = nullptr;       ///< shared with the host
  std::uint32_t* broken = nullptr;   ///< likewise: the last count of broken parameters
  Memory broken_workspace;
  Addresses at, diagnostic_at;    ///< a diagnostic step keeps activations longer, so it has its own plan
  std::vector<Memory> snapshots;  ///< copies of parameters, moments, state
  Memory kept;                    ///< a copy of the parameters

  Impl(const Net&, const Recipe&, Device&, const ImplementationChoice&, Ranks*);
  ~Impl();

  void add_fixed_tensors();
  void add_last_layer();
  std::vector<OpCall> compile_calls(bool for_training);
  void add_backward(Lowering&, const std::vector<LoweredLayer>&, TensorId loss_gradient);
  std::vector<std::byte> full_batch_state() const;
  void place_probes(const CallList&, const std::vector<Value>& outputs);
  std::vector<OpCall> compile_diagnostic_calls();
  void check_overrides() const;
  void allocate();
  const Variant<CountBroken>& counting() const { return device.registry().highest<CountBroken>(); }

  void run(const OpCall&, const Addresses&) const;
  void run(const std::vector<OpCall>&, const Addresses&) const;
  int run(const std::vector<OpCall>&, const Addresses&, Side&, Replays&, int wanted);
  int replay(const std::vector<OpCall>&, const Addresses&, Replays&, int wanted);
  std::unique_ptr<Replay> capture_epoch_loop(const std::vector<OpCall>&, const Addresses&, const Side&);
  std::vector<GraphCall> calls(const std::vector<OpCall>&, const Addresses&, int repeats) const;
  std::vector<TensorId> snapshot_tensors() const;
  std::vector<float> weights_of_ranks() const;
  bool exchanges_on_gpus() const { return shared.is_shared() && device.registry().target() == Target::cuda; }
  std::uint32_t ring_size() const { return exchanges_on_gpus() ? ring_entries_on_gpus : ring_entries; }
  void insert_exchanges(std::vector<OpCall>&, const Exchanges& of_layers);
  void agree_on_exchanges();
  void begin_shared_epoch(std::uint32_t samples);
  void share(const std::vector<TensorId>&);
  void bind(Side&, const BatchSource&);
  void begin(Side& side, StepState state, std::uint32_t samples, std::uint32_t first_step = 0);
  StepState read_state() const;
  std::vector<float> read_flat(TensorId id) const;
  std::vector<float> read_flat(const void* flat_values) const;
  /// Uploads parameters in flat layout, and their bf16 copy if there is one.
  void upload_parameters(const std::vector<float>& values);
  void write_flat(TensorId, const std::vector<float>& packed);
};

}  // namespace gs
