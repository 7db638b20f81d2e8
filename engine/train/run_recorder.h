// run_recorder.h - decides what of a run is written, and when: history with every epoch, weights now and
// then.
#pragma once
#include <chrono>

#include "engine/train/run_directory.h"

namespace gs {

/// Writing never takes more than about a twentieth of the time: a file is written
/// again when 20 times as long has passed as it took last time, and weights at most every 5 s. Until then the best
/// epoch's weights stay on the device, so a best epoch costs a copy there and no wait.
class RunRecorder {
 public:
  RunRecorder(RunDirectory&, Program&, std::vector<EpochResult> earlier = {});

  /// From now on the validation logits of every epoch are kept and written (predictions.safetensors, "epochs.logits").
  /// `earlier`: those of the epochs before.
  void keep_predictions(std::vector<std::int32_t> labels, std::vector<float> earlier = {});

  /// Call between two epochs: takes the program's parameters as those after `result.epoch`. True when that epoch is the
  /// best so far (lowest val_loss).
  /// `logits`: what the net said of the validation images.
  bool epoch_done(const EpochResult& result, const std::vector<float>& logits);

  /// The run ended after its last epoch: writes everything that is newer than its file.
  void finish();

  /// After finish(): writes predictions.safetensors, with the logits of the best and of the last epoch.
  void write_predictions(const std::vector<std::int32_t>& labels, const std::vector<float>& best,
                         const std::vector<float>& last);

  /// The run ended inside an epoch. The program's parameters are no epoch's, so last.safetensors stays what it was.
  void stop();

  const std::vector<EpochResult>& history() const { return history_; }
  int best_epoch() const { return best_epoch_; }

 private:
  using Clock = std::chrono::steady_clock;

  /// When a file may be written again.
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
  bool best_pending_ = false;        ///< the program keeps the best epoch's parameters, and no file has them yet
  bool last_pending_ = false, history_pending_ = false;
  Pace history_pace_, best_pace_, last_pace_;
};

}  // namespace gs
