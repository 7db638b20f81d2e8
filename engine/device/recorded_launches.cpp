// recorded_launches.cpp - converts the records of the simulator's launch recorder.
#include "engine/device/recorded_launches.h"

#include "kernels/sim/launch_recorder.h"

namespace gs {

std::vector<KernelLaunch> recorded_launches(const std::function<void()>& calls) {
  simulator::LaunchRecorder recorder;
  calls();
  std::vector<KernelLaunch> launches;
  for (const simulator::RecordedLaunch& l : recorder.launches())
    launches.push_back({l.kernel, {l.grid.x, l.grid.y, l.grid.z}, {l.block.x, l.block.y, l.block.z}, l.shared_bytes});
  return launches;
}

}  // namespace gs
