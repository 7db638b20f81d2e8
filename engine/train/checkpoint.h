// checkpoint.h - a program's parameters, and the state needed to resume training, as a safetensors file.
//
// One tensor per parameter, named as in the net ("conv1.weight"); with the optimizer's state also
// "moment1/conv1.weight", "moment2/conv1.weight", and the step state in the metadata (numbers as text, so that no digit
// is lost), with the sums of an epoch that had begun.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "engine/core/folder_commit.h"
#include "engine/program/program.h"
#include "engine/train/trainer.h"

namespace gs {

struct Checkpoint {
  int epoch = 0;                        ///< number of completed epochs
  PartialEpoch partial;                 ///< of the next one
  std::vector<float> parameters;        ///< as Program::parameters()
  std::vector<float> moment1, moment2;  ///< empty if the optimizer has none or they were not saved
  bool resumable = false;               ///< moments and state are present
  StepState state;
  std::string first_epoch;  ///< checksum_of_weights() after epoch 1; empty before, and in files of older versions
};

/// 16 hexadecimal digits that tell whether two runs have weights of the same bits.
std::string checksum_of_weights(const std::vector<float>& parameters);

/// Copies parameters, moments and step state off the device: a resumable checkpoint.
Checkpoint take_checkpoint(const Program&, int epoch, const PartialEpoch& = {});

/// Restores a resumable checkpoint: training then continues with the same bits as if it had not stopped.
void restore(Program&, const Checkpoint&);

/// Writes the file atomically. Throws gs::Error with the path and the reason.
void save_checkpoint(const std::filesystem::path&, const Net&, const Checkpoint&);

/// The same as part of a change of a folder.
void save_checkpoint(FolderCommit&, const std::string& name, const Net&, const Checkpoint&);

/// Reads a checkpoint of this net. Throws gs::Error that names the file and the tensor that is missing or has the wrong
/// shape.
Checkpoint load_checkpoint(const std::filesystem::path&, const Net&);

}  // namespace gs
