// training_pass.h - a pass over a split: enqueues its steps, and reads their metrics from the program's ring.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>

#include "engine/program/program.h"
#include "engine/train/partial_epoch.h"

namespace gs {

/// Sums over the steps of a pass, of this process or of all ranks.
struct PassSums {
  PartialEpoch part;
  std::int64_t first_bad_step = -1;  ///< the first whose loss is not finite; -1: there is none
  double loss() const { return part.images ? part.loss_sum / double(part.images) : 0; }
  double accuracy() const { return part.images ? part.correct / double(part.images) : 0; }
};

/// Reads the ring's entries in order as they become complete, and sums them in double, after those of earlier steps.
class RingReader {
 public:
  explicit RingReader(const Program&, const PartialEpoch& earlier = {});

  /// Takes all complete entries; never waits. The stamp is written last, so an entry with the expected stamp is
  /// complete.
  void poll();
  std::uint32_t steps() const { return sums_.part.steps; }
  const PassSums& sums() const { return sums_; }

  /// Polls until `steps` entries have been read or the device is idle, calling `tell` after each poll. Does not block
  /// on the device, so that progress is shown and Ctrl-C is handled.
  void read_until(std::uint32_t steps, Device&, const std::function<void(const PassSums&)>& tell);
  /// The same until all steps that were enqueued are read, then waits for the device. Throws gs::Error if one is lost.
  void read_all(std::uint32_t steps, Device&, const std::function<void(const PassSums&)>& tell);
  /// Number of steps that may be enqueued after step `step`, at least one: the device must not overwrite entries that
  /// have not been read.
  std::uint32_t room(std::uint32_t step, Device&, const std::function<void(const PassSums&)>& tell);

 private:
  const StepMetrics* ring_;
  std::uint32_t capacity_, first_;
  PassSums sums_;
};

/// The functions that enqueue the steps of a pass, and those called between them.
struct PassCallbacks {
  /// Enqueues 1 .. wanted of the remaining steps, beginning with `step`, and returns their number.
  std::function<int(std::uint32_t step, int wanted)> enqueue;
  std::function<void(const PassSums&)> tell = [](const PassSums&) {};  ///< from time to time, of this process
  /// The sums of all ranks, once all steps that were enqueued have been read.
  std::function<PassSums(const PassSums&)> total = [](const PassSums& own) { return own; };
  /// Between steps, if wants_pause(): all steps that were enqueued have been read. False ends the pass.
  std::function<bool()> wants_pause = [] { return false; };
  std::function<bool(const PassSums&)> pause = [](const PassSums&) { return true; };
};

/// Enqueues the steps of one pass over so many images, after those that `begun` sums; nullopt if a pause ended it.
std::optional<PassSums> run_pass(Program&, std::uint32_t samples, const PassCallbacks&, const PartialEpoch& begun = {});

}  // namespace gs
