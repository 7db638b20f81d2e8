// program_impl.h - what a program is made of, for the files of this folder.
#pragma once
#include <algorithm>

#include "engine/core/nearest.h"
#include "engine/ops/step_frame.h"
#include "engine/program/flat_layout.h"
#include "engine/program/program.h"

namespace gs {

struct Program::Impl {
  /// Training and evaluation each have their own state, their own images and their own replay.
  struct Side {
    TensorId state = no_tensor;
    SourceTensors source{no_tensor, no_tensor, no_tensor};
    std::unique_ptr<Replay> replay;
  };

  Net net;
  Recipe recipe;
  Device& device;
  ImplementationChoice choice;
  FlatLayout layout;
  Builder builder;

  FlatTensors flat{no_tensor, no_tensor, no_tensor, no_tensor};
  std::map<std::string, ParameterTensors> parameters;
  TensorId ring_tensor = no_tensor, evaluated_logits = no_tensor, evaluated_loss = no_tensor;
  Side train_side, evaluate_side;
  std::vector<Step> training, evaluation;
  MemoryPlan training_plan, evaluation_plan;

  Memory arena;                      ///< planned tensors of both lists, which never run at the same time
  std::vector<Memory> fixed_memory;  ///< flat buffers, states
  StepMetrics* ring = nullptr;       ///< shared with the host
  Addresses at;

  Impl(const Net&, const Recipe&, Device&, const ImplementationChoice&);
  ~Impl();

  void add_fixed_tensors();
  std::vector<Step> compile_steps(bool for_training);
  void check_overrides() const;
  void allocate();

  void run(const Step&) const;
  void run(const std::vector<Step>&) const;
  void run(const std::vector<Step>&, Side&);
  void bind(Side&, const BatchSource&);
  void begin(Side&, StepState, std::uint32_t samples);
  StepState read_state() const;
  std::vector<float> read_flat(TensorId) const;
  void write_flat(TensorId, const std::vector<float>& packed);
};

}  // namespace gs
