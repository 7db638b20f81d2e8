// trainer.h - runs epochs over a program and its data, and tells callbacks what happens.
#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "engine/core/error.h"
#include "engine/data/dataset.h"
#include "engine/program/program.h"

namespace gs {

/// One line of history.csv. loss and accuracy are running averages over the epoch, val_* are in evaluation mode (Keras'
/// names).
struct EpochResult {
  int epoch = 0;  ///< counted from 1
  double loss = 0, accuracy = 0, val_loss = 0, val_accuracy = 0;
  double learning_rate = 0, seconds = 0, images_per_s = 0;
  /// The training split in evaluation mode after the epoch; NaN where it was not asked for (--eval-train).
  double train_loss = std::numeric_limits<double>::quiet_NaN();
  double train_accuracy = std::numeric_limits<double>::quiet_NaN();
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
  std::function<bool()> stop;                                ///< asked after `epoch`; true ends the run there
  /// The first step of every epoch is a diagnostic one where this is set. Called before `epoch`.
  std::function<void(int epoch, const Diagnosis&)> diagnosis;
  /// Runs at least one and at most `wanted` training steps, of which the first is the epoch's step number `step` of
  /// `steps`, and returns how many; Program::train_steps where it is not set. For a profiler that looks into some.
  std::function<int(std::uint32_t step, std::uint32_t steps, int wanted)> train_steps;
};

struct TrainerOptions {
  bool evaluate_training = false;  ///< fill EpochResult::train_loss and train_accuracy
};

struct TrainingResult {
  std::vector<EpochResult> history;
  int best_epoch = 0;  ///< by val_loss
};

enum class Split { training, validation };

/// Evaluation of one split: means over its images, and what the net said of each.
struct Evaluation {
  double loss = 0, accuracy = 0;
  int outputs = 1;
  std::vector<float> logits;  ///< [images, outputs], in the order of the split
};

class Trainer {
 public:
  /// Uploads both splits to the device and binds them. Throws UsageError when the data does not fit the program's net.
  Trainer(Program&, const DataSplits&, const TrainerOptions& = {});

  /// Runs epochs first .. recipe.epochs (counted from 1). Throws gs::Error when a loss is not finite, when a weight
  /// after an epoch's steps is broken (is_broken), or where diagnostic steps are done an output in one of them; its
  /// message names where that began, found by replaying the epoch with diagnostic steps. More than the loss is looked
  /// at because a library's ReLU may turn NaN into 0, which no loss shows.
  TrainingResult run(const TrainerCallbacks& = {}, int first_epoch = 1);

  Evaluation evaluate(Split split = Split::validation);

  /// What the net said of the validation images after the last epoch, [images, outputs].
  std::vector<float> validation_logits() const;

 private:
  void bind_evaluation(Split);
  std::uint32_t samples(Split split) const { return split == Split::training ? train_samples_ : validation_samples_; }
  void begin_epoch(int epoch, double learning_rate);
  /// The error of a run that broke: `what`, and what find_broken() says.
  Error broken(const std::string& what, int epoch, double learning_rate, std::uint32_t last_step);
  std::string find_broken(int epoch, double learning_rate, std::uint32_t last_step);

  Program& program_;
  TrainerOptions options_;
  std::uint32_t train_samples_, validation_samples_;
  Memory train_images_, train_labels_, train_permutation_;
  Memory validation_images_, validation_labels_;
  Memory in_order_;  ///< the permutation of evaluation: 0, 1, 2, ...
  Memory logits_;    ///< of the split that was evaluated last
};

}  // namespace gs
