// device.cpp - device errors, execution of work, and versions.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "engine/core/parse_number.h"
#include "engine/simulated_cuda/gpus.h"
#include "engine/simulated_cuda/memory.h"
#include "engine/simulated_cuda/runtime.h"

namespace gs::simulated_cuda {
namespace {

std::recursive_mutex runtime_mutex;
cudaError_t device_error = cudaSuccess;
thread_local cudaError_t last_error = cudaSuccess;

/// The fault that GRIDSTRIDE_SIMULATED_FAULT requests.
struct Fault {
  std::string kernel;
  long runs_until = 0;  ///< matching runs up to and including the one that fails; 0: no fault to come

  Fault() {
    const char* const text = std::getenv("GRIDSTRIDE_SIMULATED_FAULT");
    if (!text) return;
    const char* const colon = std::strrchr(text, ':');
    runs_until = colon ? parse_number<long>(colon + 1).value_or(0) : 0;
    if (runs_until < 1) throw Error(std::string("GRIDSTRIDE_SIMULATED_FAULT must be NAME:N, not ") + text);
    kernel.assign(text, colon);
  }
  /// Counts a run of the kernel; true if this run fails.
  bool is_due(const std::string& name) {
    return runs_until > 0 && name.find(kernel) != std::string::npos && --runs_until == 0;
  }
};

}  // namespace

std::unique_lock<std::recursive_mutex> lock_runtime() {
  return std::unique_lock(runtime_mutex);
}

bool device_failed() {
  return device_error != cudaSuccess;
}

cudaError_t result(cudaError_t error) {
  if (gpu_of_thread() != held_gpu) return plain_result(error);
  const auto lock = lock_runtime();
  ++refused_calls;
  std::fprintf(stderr, "simulated CUDA: GPU %d, which another process holds, was used\n", held_gpu);
  return plain_result(cudaErrorDevicesUnavailable);
}

cudaError_t plain_result(cudaError_t error) {
  const auto lock = lock_runtime();
  if (device_error != cudaSuccess) error = device_error;
  if (error != cudaSuccess && error != cudaErrorNotReady) last_error = error;
  return error;
}

void fail_device(cudaError_t error, const std::string& why) {
  std::fprintf(stderr, "simulated CUDA: %s\n", why.c_str());
  if (device_error == cudaSuccess) device_error = error;
}

Watcher watcher;

std::uint64_t clock_ns() {
  return std::uint64_t(std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1));
}

bool run_work(const Work& work, const CUgraphNode_st* node) {
  if (device_error != cudaSuccess) return true;
  const OpenMemory open;
  const std::uint64_t start = clock_ns();
  try {
    if (work.waits && work.waits()) return false;
    static Fault fault;
    if (work.type == cudaGraphNodeTypeKernel && fault.is_due(work.kernel)) {
      fail_device(cudaErrorIllegalAddress, work.kernel + ": fails as GRIDSTRIDE_SIMULATED_FAULT says");
      return true;
    }
    if (work.run) work.run();
  } catch (const std::exception& error) {
    fail_device(cudaErrorLaunchFailure, error.what());
  }
  if (watcher.done) watcher.done(work, node, start, clock_ns());
  return true;
}

void let_others_run() {
  runtime_mutex.unlock();
  std::this_thread::sleep_for(std::chrono::microseconds(50));
  runtime_mutex.lock();
}

}  // namespace gs::simulated_cuda

using gs::simulated_cuda::plain_result;

cudaError_t cudaGetLastError() {
  return std::exchange(gs::simulated_cuda::last_error, cudaSuccess);
}

const char* cudaGetErrorName(cudaError_t error) {
  switch (error) {
    case cudaSuccess:
      return "cudaSuccess";
    case cudaErrorInvalidValue:
      return "cudaErrorInvalidValue";
    case cudaErrorMemoryAllocation:
      return "cudaErrorMemoryAllocation";
    case cudaErrorIllegalAddress:
      return "cudaErrorIllegalAddress";
    case cudaErrorDevicesUnavailable:
      return "cudaErrorDevicesUnavailable";
    case cudaErrorInvalidDevice:
      return "cudaErrorInvalidDevice";
    case cudaErrorInvalidResourceHandle:
      return "cudaErrorInvalidResourceHandle";
    case cudaErrorLaunchFailure:
      return "cudaErrorLaunchFailure";
    case cudaErrorNotReady:
      return "cudaErrorNotReady";
    case cudaErrorNotSupported:
      return "cudaErrorNotSupported";
    case cudaErrorStreamCaptureUnsupported:
      return "cudaErrorStreamCaptureUnsupported";
    case cudaErrorStreamCaptureInvalidated:
      return "cudaErrorStreamCaptureInvalidated";
    default:
      return "another error";
  }
}
const char* cudaGetErrorString(cudaError_t error) {
  return cudaGetErrorName(error);
}

cudaError_t cudaDriverGetVersion(int* version) {
  *version = CUDART_VERSION;
  return plain_result(cudaSuccess);
}
cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = CUDART_VERSION;
  return plain_result(cudaSuccess);
}
