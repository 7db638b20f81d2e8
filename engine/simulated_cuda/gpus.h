// gpus.h - the simulated machine's GPUs, and each thread's current one.
#pragma once
#include <atomic>

namespace gs::simulated_cuda {

/// GPUs of the machine: two, or as many as the environment variable GRIDSTRIDE_SIMULATED_GPUS says at program start.
extern int gpu_count;
inline constexpr int most_gpus = 8;

/// The GPU that the calling thread selected last by cudaSetDevice(); initially 0.
int gpu_of_thread();

/// A GPU that another process holds exclusively (compute mode EXCLUSIVE_PROCESS); -1: none. Each call that would use it
/// fails with cudaErrorDevicesUnavailable, which catches a run that touches the wrong GPU. The environment variable
/// GRIDSTRIDE_SIMULATED_CUDA_HELD sets it at program start.
extern int held_gpu;
/// Number of calls that failed for that reason: destructors ignore the error. Each prints a line to standard error.
extern int refused_calls;

/// Makes `gpu` the running GPU while it lives: work accesses that GPU's memory.
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

/// Communicators of NCCL that this process has made and neither destroyed nor aborted.
int living_communicators();
/// Communicators of NCCL say that the network or another rank has failed, as they do within milliseconds if one is
/// gone.
extern std::atomic<bool> connections_broken;

}  // namespace gs::simulated_cuda
