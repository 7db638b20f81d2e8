// cuda_facts.cpp - versions and GPUs as reported by CUDA's libraries.
#include <cublasLt.h>
#include <cuda_runtime.h>
#include <cudnn.h>

#include "engine/device/cuda_module.h"

namespace gs {
namespace {

int attribute(cudaDeviceAttr name, int device) {
  int value = 0;
  if (cudaDeviceGetAttribute(&value, name, device) != cudaSuccess) cudaGetLastError();
  return value;
}

GpuFacts gpu_facts(int device) {
  cudaDeviceProp p{};
  if (cudaGetDeviceProperties(&p, device) != cudaSuccess) cudaGetLastError();
  return {.name = p.name,
          .major = p.major,
          .minor = p.minor,
          .sms = p.multiProcessorCount,
          .memory_bytes = p.totalGlobalMem,
          .l2_bytes = std::size_t(p.l2CacheSize),
          .shared_bytes_of_sm = p.sharedMemPerMultiprocessor,
          .shared_bytes_of_block = p.sharedMemPerBlockOptin,
          .clock_mhz = attribute(cudaDevAttrClockRate, device) / 1e3,
          .memory_clock_mhz = attribute(cudaDevAttrMemoryClockRate, device) / 1e3,
          .memory_bus_bits = p.memoryBusWidth};
}

}  // namespace
}  // namespace gs

void gridstride_cuda_facts(gs::CudaFacts* facts) {
  facts->built_cuda = CUDART_VERSION;
  facts->built_cudnn = CUDNN_VERSION;
  facts->built_cublaslt = CUBLAS_VERSION;
  facts->cupti = GRIDSTRIDE_WITH_CUPTI;
  if (cudaRuntimeGetVersion(&facts->cuda) != cudaSuccess) facts->cuda = 0;
  facts->cudnn = int(cudnnGetVersion());
  facts->cublaslt = int(cublasLtGetVersion());
  int count = 0;
  if (!facts->driver_library || cudaGetDeviceCount(&count) != cudaSuccess) cudaGetLastError();
  for (int i = 0; i < count; ++i) facts->gpus.push_back(gs::gpu_facts(i));
}
