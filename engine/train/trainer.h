// trainer.h - the training loop: epochs over a program and its data, with callbacks.
#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/error.h"
#include "engine/data/dataset.h"
#include "engine/program/program.h"
#include "engine/train/split_on_device.h"
#include "engine/train/trainer_order.h"
#include "engine/train/training_pass.h"

namespace gs {

/// One line of history.csv, with Keras' names. loss and accuracy: means over the epoch's training batches, each with
/// the weights of its step; val_*: the validation split in evaluation mode.
struct EpochResult {
  int epoch = 0;  ///< counted from 1
  double loss = 0, accuracy = 0, val_loss = 0, val_accuracy = 0;
  double learning_rate = 0, seconds = 0, images_per_s = 0;
  /// The training split in evaluation mode after the epoch; NaN without --eval-train.
  double train_loss = std::numeric_limits<double>::quiet_NaN();
  double train_accuracy = std::numeric_limits<double>::quiet_NaN();
};

/// Progress within an epoch, in images of training plus validation.
struct EpochProgress {
  int epoch = 0, epochs = 0;
  std::size_t done = 0, total = 0;  ///< images, of all ranks
  bool validating = false;
  double seconds = 0;             ///< since the start of the epoch
  double loss = 0, accuracy = 0;  ///< means over the training images so far, with ranks over those of rank 0
};

/// Callbacks of a Trainer; empty ones are skipped.
struct TrainerCallbacks {
  std::function<void(const EpochProgress&)> progress;        ///< at most ten times a second
  std::function<void(const EpochResult&, bool best)> epoch;  ///< best: val_loss is the lowest so far
  std::function<bool()> stop;  ///< called after `epoch`; true stops the run (early stopping)
  /// Asked between steps. If it is true, the trainer waits for the steps that it has enqueued, then calls `pause`: a
  /// checkpoint of the program is then one of `epoch` - 1 whole epochs and this part. If `pause` returns false the run
  /// ends there, else it goes on.
  std::function<bool()> wants_pause;
  std::function<bool(int epoch, const PartialEpoch&)> pause;
  /// If set, the first step of every epoch is a diagnostic step. Called before `epoch`.
  std::function<void(int epoch, const Diagnosis&)> diagnosis;
  /// Runs 1 .. wanted training steps, starting with step `step` (from 0) of the epoch's `steps`, and returns their
  /// number. Default: Program::train_steps. Lets a profiler sample some of the steps.
  std::function<int(std::uint32_t step, std::uint32_t steps, int wanted)> train_steps;
  std::function<void()> enqueued;  ///< after training steps were enqueued: train_steps, or a diagnostic step
};

/// An epoch in progress.
struct Epoch {
  int number;  ///< counted from 1
  double learning_rate;
  std::uint32_t first_step;  ///< earlier ones were done before
};

struct TrainerOptions {
  bool evaluate_training = false;  ///< fill EpochResult::train_loss and train_accuracy
  bool in_shares = false;          ///< each of several ranks holds a part of the images; the data may go then
};

struct TrainingResult {
  std::vector<EpochResult> history;
  int best_epoch = 0;   ///< by val_loss
  bool paused = false;  ///< TrainerCallbacks::pause ended the run
};

/// Evaluation of one split: means over its images, and their logits.
struct Evaluation {
  double loss = 0, accuracy = 0;
  int outputs = 1;
  std::vector<float> logits;  ///< [images, outputs], in the order of the split
};

/// With several ranks (Program::shared_batch()) rank 0 calls run() and evaluate(), the other ranks follow().
class Trainer {
 public:
  /// Uploads both splits to the device, or what a stream needs, and binds them. Throws UsageError if the data does not
  /// fit the program's net (check_fits()).
  Trainer(Program&, const DataSplits&, const TrainerOptions& = {});

  /// Runs epochs first_epoch .. recipe.epochs (counted from 1), the first of them after the part `begun` of it. Throws
  /// gs::Error if a loss is not finite, if a weight is broken (is_broken) after an epoch's steps, or if a diagnostic
  /// step finds a broken value. The message names the first broken value, found by training the epoch again with
  /// diagnostic steps. The loss alone is not enough: a library's ReLU may turn NaN into 0, which keeps the loss finite.
  /// After an error in an epoch the program is as it was before that epoch, unless its device has failed.
  TrainingResult run(const TrainerCallbacks& = {}, int first_epoch = 1, const PartialEpoch& begun = {});

  Evaluation evaluate(Split split = Split::validation);

  /// Does on this rank what rank 0 does, until its dismiss(), whose status it returns. Throws gs::Error if a rank
  /// fails.
  int follow();
  /// Nothing more is asked of the other ranks.
  void dismiss(int status);

  /// Logits of the validation images from the last epoch, [images, outputs].
  std::vector<float> validation_logits() const;

  /// Spent so far on waiting for images that were not decoded yet; 0 if the data are in memory.
  double waited_seconds() const { return train_.waited_seconds() + validation_.waited_seconds(); }

 private:
  // On this process, as parts of what all ranks do.
  void bind_training();
  void bind_evaluation(Split);
  void begin_own_epoch(const TrainerOrder&);
  void begin_own_evaluation(Split);
  std::vector<float> own_logits(Split) const;

  int follow_orders();

  // Led by rank 0: order() tells the other ranks what it does next.
  void order(const TrainerOrder&);
  /// In the handler of an exception, before memory goes that sums are in: no rank goes on.
  void end_on_all_ranks() noexcept;
  void share_state();
  void snapshot();
  void restore();
  void begin_epoch(const Epoch&);
  /// A training step, or as many as run() can enqueue at once: it gets their number and returns how many it did.
  int train_steps(std::uint32_t step, int wanted, const std::function<int(int wanted)>& run);
  void diagnostic_step(std::uint32_t step);
  Diagnosis diagnosis();
  void begin_evaluation(Split);
  int evaluate_steps(Split, std::uint32_t step, int wanted);
  PassSums total(const PassSums& own);
  void take_logits(Split);
  /// As many steps as may be enqueued at once: one, if the other ranks are told of each.
  int at_once(int wanted) const { return program_.shared_batch().is_shared() ? 1 : wanted; }
  bool is_led() const { return program_.shared_batch().is_shared(); }

  SplitOnDevice& of(Split split) { return split == Split::training ? train_ : validation_; }
  const SplitOnDevice& of(Split split) const { return split == Split::training ? train_ : validation_; }
  int outputs() const { return int(program_.net().output().size()); }
  /// nullopt if it was paused for good.
  std::optional<EpochResult> run_epoch(const TrainerCallbacks&, int epoch, const PartialEpoch& begun);
  /// The error for a run that broke: `what`, then the place that find_broken() returns.
  Error broken(const std::string& what, const Epoch&, std::uint32_t last_step);
  std::string find_broken(const Epoch&, std::uint32_t last_step);

  Program& program_;
  TrainerOptions options_;
  SplitOnDevice train_, validation_;
  Memory train_permutation_;
  Memory in_order_;  ///< the permutation of evaluation: 0, 1, 2, ..., or this rank's part of it
  Memory logits_;    ///< of the split evaluated last
};

}  // namespace gs
