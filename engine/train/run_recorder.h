// run_recorder.h - decides when the files of a run are written.
#pragma once
#include <chrono>

#include "engine/train/run_directory.h"

namespace gs {

/// Writing takes at most about a twentieth of the run: a file is written again after 20 times the time of its last
/// write, and weights at most every 5 s. Until then the best epoch's weights stay on the device, so a best epoch costs
/// one copy on the device and no wait.
class RunRecorder {
 public:
  RunRecorder(RunDirectory&, Program&, std::vector<EpochResult> earlier = {});

  /// Keeps and writes the validation logits of every epoch from now on (predictions.safetensors, "epochs.logits").
  /// `earlier`: logits of the earlier epochs of a resumed run.
  void keep_predictions(std::vector<std::int32_t> labels, std::vector<float> earlier = {});

  /// Call between two epochs: the program's parameters are those after `result.epoch`. True if that epoch is the best
  /// so far (lowest val_loss). `logits`: validation logits, [images, outputs].
  bool epoch_done(const EpochResult& result, const std::vector<float>& logits);

  /// Call after the last epoch: writes everything that is newer than its file.
  void finish();

  /// After finish(): writes predictions.safetensors, with the logits of the best and of the last epoch.
  void write_predictions(const std::vector<std::int32_t>& labels, const std::vector<float>& best,
                         const std::vector<float>& last);

  /// Call if the run ends inside an epoch: the parameters are then not those of a whole epoch, so last.safetensors is
  /// not written.
  void stop();

  const std::vector<EpochResult>& history() const { return history_; }
  int best_epoch() const { return best_epoch_; }

 private:
  using Clock = std::chrono::steady_clock;

  /// Limits how often a file is written.
  struct Pace {
    std::chrono::duration<double> least{0};
    Clock::time_point next{};
    bool due() const { return Clock::now() >= next; }
    template <class Write>
    void timed(Write write);
  };

  void write_best();
  void write_last();
  void write_history();
  SafeTensors predictions() const;

  RunDirectory& directory_;
  Program& program_;
  std::vector<EpochResult> history_;
  int best_epoch_ = 0;
  double lowest_val_loss_;
  bool keeps_predictions_ = false;
  std::vector<std::int32_t> labels_;
  std::vector<float> epoch_logits_;  ///< [epochs, images, outputs]
  bool best_pending_ = false;        ///< the best epoch's parameters are on the device, not yet in a file
  bool last_pending_ = false, history_pending_ = false;
  Pace history_pace_, best_pace_, last_pace_;
};

}  // namespace gs
