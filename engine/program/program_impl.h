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
  };

  Net net;
  Recipe recipe;
  Device& device;
  ImplementationChoice choice;
  FlatLayout layout;
  std::unique_ptr<TuningCache> tuning_cache;  ///< null: nothing is measured
  std::unique_ptr<Tuner> tuner;
  Builder builder;

  FlatTensors flat{no_tensor, no_tensor, no_tensor, no_tensor};
  std::map<std::string, ParameterTensors> parameters;
  TensorId training_state = no_tensor;  ///< of the step that runs
  TensorId class_weights = no_tensor, ring_tensor = no_tensor, evaluated_logits = no_tensor, evaluated_loss = no_tensor;
  Side train_side, evaluate_side;
  std::vector<Step> training, evaluation, diagnostic;
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
  bool use_replays = true;

  Memory arena;                      ///< planned tensors of all lists, which never run at the same time
  std::vector<Memory> fixed_memory;  ///< flat buffers, states
  StepMetrics* ring = nullptr;       ///< shared with the host
  Addresses at, diagnostic_at;       ///< a diagnostic step keeps its activations longer: a plan of its own
  std::vector<Memory> remembered;    ///< copies of parameters, moments, state

  Impl(const Net&, const Recipe&, Device&, const ImplementationChoice&);
  ~Impl();

  void add_fixed_tensors();
  std::vector<Step> compile_steps(bool for_training);
  std::vector<Step> compile_diagnostic_steps();
  void check_overrides() const;
  void allocate();

  void run(const Step&, const Addresses&) const;
  void run(const std::vector<Step>&, const Addresses&) const;
  int run(const std::vector<Step>&, const Addresses&, const Side&, Replays&, int wanted);
  std::unique_ptr<Replay> capture(const std::vector<Step>&, const Addresses&, int repeats);
  std::vector<TensorId> remembered_tensors() const;
  void bind(Side&, const BatchSource&);
  void begin(Side&, StepState, std::uint32_t samples);
  StepState read_state() const;
  std::vector<float> read_flat(TensorId) const;
  void write_flat(TensorId, const std::vector<float>& packed);
};

}  // namespace gs
