// progress.h - the lines shown during a run. Pure functions of numbers and a width, so that tests can compare them with
// golden text.
#pragma once
#include <cstddef>
#include <string>

#include "apps/cli/terminal.h"
#include "engine/train/trainer.h"

namespace gs::apps {

/// "37 ms", "4.1 s", "2:07", "1:03:20".
std::string duration(double seconds);

/// Estimates the remaining time of a run from its finished epochs and the pace of the present one.
class TimeLeft {
 public:
  void epoch_done(double seconds) { finished_seconds_ += seconds, ++finished_; }
  /// Seconds until the last epoch ends; negative while unknown.
  double estimate(const EpochProgress&) const;

 private:
  double finished_seconds_ = 0;
  int finished_ = 0;
};

/// The line of a running epoch: bar over training and validation images, pace, time left of the run, running loss and
/// accuracy. Parts that do not fit are left out, least important first; the line is never longer than `width`.
///
///   epoch  3/20 ━━━━━━━━━━━━──────── loss 0.6612 acc 0.601  312 img/s  1:23 left
std::string live_line(const EpochProgress&, double seconds_left, int width, const Style&);

/// The line of a finished epoch; `best` marks the lowest validation loss so far.
///
///   epoch  3/20  loss 0.6612 acc 0.601  val 0.6588 acc 0.610  312 img/s  4.1 s *
std::string finished_line(const EpochResult&, int epochs, bool best, int width, const Style&);

/// "drawing 512/1200 ━━━━━━──────── 3 s left", in `width` columns.
std::string loading_line(const std::string& what, std::size_t done, std::size_t total, double seconds, int width,
                         const Style&);

}  // namespace gs::apps
