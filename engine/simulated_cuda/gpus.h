// gpus.h - the simulated machine's GPUs, and which of them a thread uses.
#pragma once

namespace gs::simulated_cuda {

inline constexpr int gpu_count = 2;

/// The GPU that the calling thread selected last by cudaSetDevice(); at first 0.
int gpu_of_thread();

/// A GPU that another process holds alone (compute mode EXCLUSIVE_PROCESS): whatever would use it fails with
/// cudaErrorDevicesUnavailable. So a run on one GPU that touches another one by mistake is caught. -1: none. The
/// environment variable GRIDSTRIDE_SIMULATED_CUDA_HELD sets it at the start.
extern int held_gpu;
/// The number of calls that have failed so: freeing does not tell. Each has a line on standard error.
extern int refused_calls;

/// Its memory is open to the work that is done while this lives.
class Running {
 public:
  explicit Running(int gpu);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  int before_;
};
int running_gpu();

}  // namespace gs::simulated_cuda
