// run_recorder.h - decides when the files of a run are written, and writes them while the run goes on.
#pragma once
#include <chrono>
#include <future>
#include <optional>

#include "engine/train/run_directory.h"

namespace gs {

/// The times between two writes of a run's files.
struct WriteRates {
  std::chrono::duration<double> between_checkpoints{5};  ///< at least
  int share_of_time = 20;                                ///< writing takes one part in so many at most; 0: no limit
};

/// Writing takes at most about a twentieth of the run: the history is written again after 20 times the time of its last
/// write, a checkpoint likewise and at most every 5 s. A checkpoint is the weights of the last and of the best epoch,
/// the history and the predictions, which change together. Until then the best epoch's weights stay on the device, so a
/// best epoch costs one copy on the device and no wait.
///
/// Another thread writes what was copied off the device, one change at a time, so that training does not wait for the
/// disk. The first change is waited for: a folder that cannot be written is found at once.
class RunRecorder {
 public:
  /// `earlier`: the epochs of a resumed run, of which the folder has a checkpoint; `first_epoch`: that checkpoint's.
  RunRecorder(RunDirectory&, Program&, std::vector<EpochResult> earlier = {}, std::string first_epoch = "",
              const WriteRates& rates = {});

  /// Keeps and writes the validation logits of every epoch from now on (predictions.safetensors, "epochs.logits").
  /// `earlier`: logits of the earlier epochs of a resumed run.
  void keep_predictions(std::vector<std::int32_t> labels, std::vector<float> earlier = {});

  /// Call between two epochs: the program's parameters are those after `result.epoch`. True if that epoch is the best
  /// so far (lowest val_loss). The first epoch always gets a checkpoint. `logits`: validation logits, [images,
  /// outputs]. Throws the error of the change before if that could not be written.
  bool epoch_done(const EpochResult& result, const std::vector<float>& logits);

  /// Waits for the change that is being written, if there is one. Throws gs::Error if it could not be. Call it before
  /// the folder is changed by others.
  void finish_writing();

  /// Call after finish_writing(), when the program's parameters are those after the last epoch done here and `partial`
  /// of the next. Adds a checkpoint to the change, unless the folder has it.
  void add_checkpoint(RunChange&, const PartialEpoch& partial = {});

  /// add_checkpoint() as a change of its own, which is on the disk when this returns.
  void write_checkpoint(const PartialEpoch& partial = {});

  /// predictions.safetensors of a finished run, with the logits of the best and of the last epoch.
  SafeTensors predictions(const std::vector<std::int32_t>& labels, const std::vector<float>& best,
                          const std::vector<float>& last) const;

  const std::vector<EpochResult>& history() const { return history_; }
  int best_epoch() const { return best_epoch_; }

 private:
  using Clock = std::chrono::steady_clock;

  /// Limits how often a file is written.
  struct Pace {
    std::chrono::duration<double> least;
    int share_of_time;
    Clock::time_point next{};
    bool due() const { return Clock::now() >= next; }
    void wrote(Clock::time_point begin, Clock::time_point end);
  };

  /// All that a checkpoint writes, off the device.
  struct Files {
    std::vector<EpochResult> history;
    std::optional<SafeTensors> predictions;
    std::optional<Checkpoint> best;  ///< nullopt: the folder has it
    Checkpoint last;
    void add_to(RunChange&, const Net&) const;
  };

  /// A change on its way to the disk. What it changes here counts once it is there.
  struct Writing {
    Clock::time_point begin;
    std::future<Clock::time_point> end;
    Pace* pace;
    int checkpoint_epoch, best_in_folder;  ///< then
  };

  SafeTensors epoch_predictions() const;
  bool has_checkpoint(const PartialEpoch& partial) const;
  Files files(const PartialEpoch& partial);
  void begin_checkpoint(const PartialEpoch& partial);
  void begin_history();
  bool is_writing() const;
  /// Begins a change; `add_files` gets the RunChange. The future has the time when it was on the disk.
  template <class AddFiles>
  std::future<Clock::time_point> write(AddFiles add_files);

  RunDirectory& directory_;
  Program& program_;
  std::vector<EpochResult> history_;
  int best_epoch_ = 0;
  double lowest_val_loss_;
  bool keeps_predictions_ = false;
  std::string first_epoch_;  ///< Checkpoint::first_epoch
  std::vector<std::int32_t> labels_;
  std::vector<float> epoch_logits_;  ///< [epochs, images, outputs]
  int checkpoint_epoch_;             ///< epochs in the folder's checkpoint
  int best_in_folder_;               ///< the epoch of best.safetensors; if another is the best, its weights are kept
  Pace history_pace_, checkpoint_pace_;
  bool has_written_ = false;
  std::optional<Writing> writing_;  ///< last: its end is waited for before the other members go
};

}  // namespace gs
