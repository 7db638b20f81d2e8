// gpus.cpp - the simulated GPUs, their properties, and each thread's current GPU.
#include "engine/simulated_cuda/gpus.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "engine/core/parse_number.h"
#include "engine/simulated_cuda/memory.h"
#include "engine/simulated_cuda/runtime.h"

namespace gs::simulated_cuda {
namespace {

thread_local int of_thread = 0;
int running = 0;  // guarded by lock_runtime(): one GPU runs at a time

int from_environment(const char* name, int otherwise) {
  const char* const text = std::getenv(name);
  return text ? parse_number<int>(text).value_or(otherwise) : otherwise;
}

}  // namespace

int gpu_count = std::clamp(from_environment("GRIDSTRIDE_SIMULATED_GPUS", 2), 1, most_gpus);
int held_gpu = from_environment("GRIDSTRIDE_SIMULATED_CUDA_HELD", -1);
int refused_calls = 0;

int gpu_of_thread() {
  return of_thread;
}

Running::Running(int gpu) : before_(std::exchange(running, gpu)) {}
Running::~Running() {
  running = before_;
}
int running_gpu() {
  return running;
}

}  // namespace gs::simulated_cuda

using namespace gs::simulated_cuda;

cudaError_t cudaSetDevice(int gpu) {
  if (gpu < 0 || gpu >= gpu_count) return plain_result(cudaErrorInvalidDevice);
  of_thread = gpu;
  return result(cudaSuccess);
}

cudaError_t cudaGetDeviceCount(int* count) {
  *count = gpu_count;
  return plain_result(cudaSuccess);
}

/// Clock rates, with the values of described_h200.h; other attributes are errors.
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int gpu) {
  if (gpu < 0 || gpu >= gpu_count) return plain_result(cudaErrorInvalidDevice);
  if (attribute == cudaDevAttrClockRate)
    *value = 1980000;  // kHz
  else if (attribute == cudaDevAttrMemoryClockRate)
    *value = 3201000;
  else
    return plain_result(cudaErrorInvalidValue);
  return plain_result(cudaSuccess);
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* p, int gpu) {
  if (gpu < 0 || gpu >= gpu_count) return plain_result(cudaErrorInvalidDevice);
  *p = {};
  std::strcpy(p->name, "simulated GPU");
  p->major = 9;
  p->totalGlobalMem = memory_bytes;
  p->multiProcessorCount = 132;
  p->maxThreadsPerBlock = 1024;
  p->maxThreadsPerMultiProcessor = 2048;
  p->regsPerBlock = p->regsPerMultiprocessor = 65536;
  p->sharedMemPerBlock = 48 << 10;
  p->sharedMemPerBlockOptin = 227 << 10;
  p->sharedMemPerMultiprocessor = 228 << 10;
  p->reservedSharedMemPerBlock = 1 << 10;
  p->l2CacheSize = 50 << 20;
  return plain_result(cudaSuccess);
}
