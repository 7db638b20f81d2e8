// device.cpp - the one device: its properties, and errors.
#include <chrono>
#include <cstdio>
#include <cstring>

#include "engine/simulated_cuda/memory.h"
#include "engine/simulated_cuda/runtime.h"

namespace gs::simulated_cuda {
namespace {

std::recursive_mutex runtime_mutex;
cudaError_t device_error = cudaSuccess;
thread_local cudaError_t last_error = cudaSuccess;

}  // namespace

std::unique_lock<std::recursive_mutex> lock_runtime() {
  return std::unique_lock(runtime_mutex);
}

bool device_failed() {
  return device_error != cudaSuccess;
}

cudaError_t result(cudaError_t error) {
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

void run_work(const Work& work, const CUgraphNode_st* node) {
  if (device_error != cudaSuccess) return;
  const OpenMemory open;
  const std::uint64_t start = clock_ns();
  try {
    work.run();
  } catch (const std::exception& error) {
    fail_device(cudaErrorLaunchFailure, error.what());
  }
  if (watcher.done) watcher.done(work, node, start, clock_ns());
}

}  // namespace gs::simulated_cuda

using gs::simulated_cuda::result;

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

cudaError_t cudaSetDevice(int device) {
  return result(device == 0 ? cudaSuccess : cudaErrorInvalidValue);
}
cudaError_t cudaGetDeviceCount(int* count) {
  *count = 1;
  return result(cudaSuccess);
}
cudaError_t cudaDriverGetVersion(int* version) {
  *version = CUDART_VERSION;
  return result(cudaSuccess);
}
cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = CUDART_VERSION;
  return result(cudaSuccess);
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* p, int device) {
  if (device != 0) return result(cudaErrorInvalidValue);
  *p = {};
  std::strcpy(p->name, "simulated GPU");
  p->major = 9;
  p->totalGlobalMem = gs::simulated_cuda::memory_bytes;
  p->multiProcessorCount = 132;
  p->maxThreadsPerBlock = 1024;
  p->maxThreadsPerMultiProcessor = 2048;
  p->regsPerBlock = p->regsPerMultiprocessor = 65536;
  p->sharedMemPerBlock = 48 << 10;
  p->sharedMemPerBlockOptin = 227 << 10;
  p->sharedMemPerMultiprocessor = 228 << 10;
  p->reservedSharedMemPerBlock = 1 << 10;
  p->l2CacheSize = 50 << 20;
  return result(cudaSuccess);
}
