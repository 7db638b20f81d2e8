// trainer.h - runs epochs over a program and its data, and tells callbacks what happens.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "engine/data/dataset.h"
#include "engine/program/program.h"

namespace gs {

/// One line of history.csv. loss and accuracy are running averages over the epoch, val_* are in evaluation mode (Keras'
/// names).
struct EpochResult {
  int epoch = 0;  ///< counted from 1
  double loss = 0, accuracy = 0, val_loss = 0, val_accuracy = 0;
  double learning_rate = 0, seconds = 0, images_per_s = 0;
};

/// Where an epoch stands, for a progress line: images of training plus validation.
struct EpochProgress {
  int epoch = 0, epochs = 0;
  std::size_t done = 0, total = 0;  ///< images
  bool validating = false;
  double seconds = 0;             ///< since the start of the epoch
  double loss = 0, accuracy = 0;  ///< running averages of the training images so far
};

/// What a trainer calls; empty functions are not called.
struct TrainerCallbacks {
  std::function<void(const EpochProgress&)> progress;        ///< at most ten times a second
  std::function<void(const EpochResult&, bool best)> epoch;  ///< best: the lowest val_loss so far
};

struct TrainingResult {
  std::vector<EpochResult> history;
  int best_epoch = 0;  ///< by val_loss
};

/// Evaluation of one split: means over its images.
struct Evaluation {
  double loss = 0, accuracy = 0;
};

class Trainer {
 public:
  /// Uploads both splits to the device and binds them. Throws UsageError when the data does not fit the program's net.
  Trainer(Program&, const DataSplits&);

  /// Runs epochs first .. recipe.epochs (counted from 1). Throws gs::Error when the loss is not finite.
  TrainingResult run(const TrainerCallbacks& = {}, int first_epoch = 1);

  Evaluation evaluate();

 private:
  Program& program_;
  std::uint32_t train_samples_, validation_samples_;
  Memory train_images_, train_labels_, train_permutation_;
  Memory validation_images_, validation_labels_, validation_permutation_;
};

}  // namespace gs
