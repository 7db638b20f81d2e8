// checkpoint.h - a program's parameters, and the state needed to resume training, as a safetensors file.
//
// One tensor per parameter, named as in the net ("conv1.weight"); with the optimizer's state also
// "moment1/conv1.weight", "moment2/conv1.weight", and the step state in the metadata (64-bit numbers as text, so that
// no digit is lost).
#pragma once
#include <filesystem>
#include <vector>

#include "engine/program/program.h"

namespace gs {

struct Checkpoint {
  int epoch = 0;                        ///< number of completed epochs
  std::vector<float> parameters;        ///< as Program::parameters()
  std::vector<float> moment1, moment2;  ///< empty if the optimizer has none or they were not saved
  bool resumable = false;               ///< moments and state are present
  StepState state;
};

/// Copies parameters, moments and step state off the device: a resumable checkpoint.
Checkpoint take_checkpoint(const Program&, int epoch);

/// Restores a resumable checkpoint: training then continues with the same bits as if it had not stopped.
void restore(Program&, const Checkpoint&);

/// Writes the file atomically. Throws gs::Error with the path and the reason.
void save_checkpoint(const std::filesystem::path&, const Net&, const Checkpoint&);

/// Reads a checkpoint of this net. Throws gs::Error that names the file and the tensor that is missing or has the wrong
/// shape.
Checkpoint load_checkpoint(const std::filesystem::path&, const Net&);

}  // namespace gs
