// launch_recorder.h - what would be launched: launches are noted instead of run, in no time and without data.
//
// The simulated target launches with the GPU's own geometry, so the list is also that of the CUDA target.
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

/// While it lives, the launches of the `sim` target by its OS thread are checked against CUDA's limits and noted; no
/// kernel runs. Recorders do not nest.
class LaunchRecorder {
 public:
  LaunchRecorder();
  ~LaunchRecorder();
  LaunchRecorder(const LaunchRecorder&) = delete;
  LaunchRecorder& operator=(const LaunchRecorder&) = delete;

  const std::vector<RecordedLaunch>& launches() const { return launches_; }

  /// The one of the calling OS thread, or null. Asked by run_grid.
  static LaunchRecorder* current();
  void note(RecordedLaunch launch) { launches_.push_back(std::move(launch)); }

 private:
  std::vector<RecordedLaunch> launches_;
};

}  // namespace gs::simulator
