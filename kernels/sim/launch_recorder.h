// launch_recorder.h - records launches instead of running them, without data.
//
// The simulated target launches with the GPU's geometry, so the list is also the CUDA target's.
#pragma once
#include <string>
#include <vector>

#include "kernels/sim/types.h"

namespace gs::simulator {

struct RecordedLaunch {
  std::string kernel;
  dim3 grid, block;
  std::size_t shared_bytes = 0;  ///< dynamic shared memory of a block
};

/// During its lifetime the launches of the `sim` target by its OS thread are checked against CUDA's limits and
/// recorded; no kernel runs. Recorders do not nest.
class LaunchRecorder {
 public:
  LaunchRecorder();
  ~LaunchRecorder();
  LaunchRecorder(const LaunchRecorder&) = delete;
  LaunchRecorder& operator=(const LaunchRecorder&) = delete;

  const std::vector<RecordedLaunch>& launches() const { return launches_; }

  /// Recorder of the calling OS thread, or null; used by run_grid().
  static LaunchRecorder* current();
  void note(RecordedLaunch launch) { launches_.push_back(std::move(launch)); }

 private:
  std::vector<RecordedLaunch> launches_;
};

}  // namespace gs::simulator
