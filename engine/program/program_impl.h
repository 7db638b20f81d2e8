// program_impl.h - what a program is made of, for the files of this folder.
#pragma once
#include <algorithm>

#include "engine/core/nearest.h"
#include "engine/ops/step_frame.h"
#include "engine/program/flat_layout.h"
#include "engine/program/program.h"

namespace gs {

inline constexpr std::uint32_t ring_entries = 4096;  ///< of the metrics ring: that many steps may wait to be read

struct Program::Impl {
  using Replays = std::map<int, std::unique_ptr<Replay>>;  ///< by how many steps each holds

  /// Training and evaluation each have their own state, their own images and their own replay.
  struct Side {
    TensorId state = no_tensor;  ///< of the step to come
    SourceTensors source{no_tensor, no_tensor, no_tensor};
    TensorId collected = no_tensor;  ///< logits of the whole split
    Replays replays;
    std::unique_ptr<Replay> epoch_loop;  ///< repeats a step until the epoch has no images left
    int steps_left = 0;                  ///< of the epoch
  };

  Net net;
  Recipe recipe;
  Device& device;
  ImplementationChoice choice;
  Storage storage;  ///< of activations; parameters that layers read have a copy stored so
  FlatLayout layout;
  std::unique_ptr<TuningCache> tuning_cache;  ///< null: nothing is measured
  std::unique_ptr<Tuner> tuner;
  Builder builder;

  FlatTensors flat{no_tensor, no_tensor, no_tensor, no_tensor, no_tensor};
  std::map<std::string, ParameterTensors> parameters;
  TensorId training_state = no_tensor;  ///< of the step that runs
  TensorId class_weights = no_tensor, ring_tensor = no_tensor, evaluated_logits = no_tensor, evaluated_loss = no_tensor;
  Side train_side, evaluate_side;
  std::vector<Step> training, evaluation, diagnostic;
  std::vector<Step> forwards_apart;  ///< forward passes that are a part of another training step, for the diagnosis
  MemoryPlan training_plan, evaluation_plan, diagnostic_plan;

  /// What a diagnostic step writes about one layer or one parameter.
  struct LayerProbe {
    std::string layer;
    Activation output;
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

  Memory arena;                      ///< planned tensors of all lists, which never run at the same time
  std::vector<Memory> fixed_memory;  ///< flat buffers, states
  StepMetrics* ring = nullptr;       ///< shared with the host
  std::uint32_t* broken = nullptr;   ///< likewise: of the parameters, when they were last counted
  Memory broken_workspace;
  Addresses at, diagnostic_at;     ///< a diagnostic step keeps its activations longer: a plan of its own
  std::vector<Memory> remembered;  ///< copies of parameters, moments, state
  Memory kept;                     ///< a copy of the parameters

  Impl(const Net&, const Recipe&, Device&, const ImplementationChoice&);
  ~Impl();

  void add_fixed_tensors();
  std::vector<Step> compile_steps(bool for_training);
  std::vector<Step> compile_diagnostic_steps();
  void check_overrides() const;
  void allocate();
  const Variant<CountBroken>& counting() const { return device.registry().highest<CountBroken>(); }

  void run(const Step&, const Addresses&) const;
  void run(const std::vector<Step>&, const Addresses&) const;
  int run(const std::vector<Step>&, const Addresses&, Side&, Replays&, int wanted);
  int replay(const std::vector<Step>&, const Addresses&, Replays&, int wanted);
  std::unique_ptr<Replay> capture_epoch_loop(const std::vector<Step>&, const Addresses&, const Side&);
  std::vector<GraphCall> calls(const std::vector<Step>&, const Addresses&, int repeats) const;
  std::vector<TensorId> remembered_tensors() const;
  void bind(Side&, const BatchSource&);
  void begin(Side&, StepState, std::uint32_t samples);
  StepState read_state() const;
  std::vector<float> read_flat(TensorId id) const;
  std::vector<float> read_flat(const void* flat_values) const;
  /// Values in flat layout become the parameters, and their copy in bf16 where there is one.
  void upload_parameters(const std::vector<float>& values);
  void write_flat(TensorId, const std::vector<float>& packed);
};

}  // namespace gs
