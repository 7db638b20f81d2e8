// checkpoint.h - a program's parameters, and what else it takes to go on training, as a safetensors file.
//
// A tensor a parameter, named as in the net ("conv1.weight"); with the optimizer's state also "moment1/conv1.weight",
// "moment2/conv1.weight", and the step state in the metadata (64-bit numbers as text: no digit is lost).
#pragma once
#include <filesystem>
#include <vector>

#include "engine/program/program.h"

namespace gs {

struct Checkpoint {
  int epoch = 0;                        ///< epochs done
  std::vector<float> parameters;        ///< as Program::parameters()
  std::vector<float> moment1, moment2;  ///< empty where the optimizer has none, or where they were not taken
  bool resumable = false;               ///< moments and state are here
  StepState state;
};

/// Copies parameters, moments and step state off the device: a resumable checkpoint.
Checkpoint take_checkpoint(const Program&, int epoch);

/// Puts a resumable checkpoint back: training then goes on as if it had never stopped.
void restore(Program&, const Checkpoint&);

/// Writes the file atomically. Throws gs::Error with the path and the reason.
void save_checkpoint(const std::filesystem::path&, const Net&, const Checkpoint&);

/// Reads a checkpoint of this very net. Throws gs::Error that names the file and the tensor that is missing or has
/// another shape.
Checkpoint load_checkpoint(const std::filesystem::path&, const Net&);

}  // namespace gs
