// counts.h - executed instructions of each launch, also summed by source line.
#pragma once
#include <vector>

#include "kernels/ptx/launch.h"

namespace gs::ptx {

struct CountedLaunch {
  const Module* module;
  const Kernel* kernel;
  Dim3 grid, block;
  std::uint32_t dynamic_shared_bytes;
  Counts counts;
};

/// Records every launch, on any thread, that completes during its lifetime. Counters do not nest.
class LaunchCounter {
 public:
  LaunchCounter();
  ~LaunchCounter();
  LaunchCounter(const LaunchCounter&) = delete;
  LaunchCounter& operator=(const LaunchCounter&) = delete;
  const std::vector<CountedLaunch>& launches() const { return launches_; }

 private:
  friend void note_launch(const Launch&, const Counts&);
  std::vector<CountedLaunch> launches_;
};
/// True while a LaunchCounter exists.
bool launches_are_counted();
/// Called by run().
void note_launch(const Launch&, const Counts&);

/// Executed warp instructions of a source line.
struct LineInstructions {
  std::string place;  ///< "kernels/dense/dense_tensor.cu:31"
  std::uint64_t warp_instructions = 0;
};
/// Sums over all launches, largest first.
std::vector<LineInstructions> instructions_by_line(const std::vector<CountedLaunch>&);

}  // namespace gs::ptx
