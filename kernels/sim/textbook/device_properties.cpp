// device_properties.cpp - the GPU that the simulator stands for: an H200, from NVIDIA's data sheet and the CUDA C++
// Programming Guide ("Compute Capabilities", 9.0).
#include "kernels/sim/textbook/device_properties.h"

#include "kernels/sim/textbook/program.h"
#include "kernels/sim/textbook/runtime_api.h"

namespace gs::textbook {

cudaDeviceProp properties_of_device() {
  return {
      .name = "simulated NVIDIA H200",
      .totalGlobalMem = std::size_t(141) * 1000 * 1000 * 1000,
      .sharedMemPerBlock = 48 << 10,
      .sharedMemPerBlockOptin = 227 << 10,
      .sharedMemPerMultiprocessor = 228 << 10,
      .totalConstMem = 64 << 10,
      .memPitch = 0x7fffffff,
      .regsPerBlock = 65536,
      .regsPerMultiprocessor = 65536,
      .warpSize = 32,
      .maxThreadsPerBlock = 1024,
      .maxThreadsPerMultiProcessor = 2048,
      .maxBlocksPerMultiProcessor = 32,
      .maxThreadsDim = {1024, 1024, 64},
      .maxGridSize = {2147483647, 65535, 65535},
      .major = 9,
      .minor = 0,
      .multiProcessorCount = 132,
      .l2CacheSize = 60 << 20,
      .memoryBusWidth = 6144,
      .integrated = 0,
      .canMapHostMemory = 1,
      .concurrentKernels = 1,
      .asyncEngineCount = 3,
      .unifiedAddressing = 1,
      .managedMemory = 1,
      .ECCEnabled = 1,
  };
}

}  // namespace gs::textbook

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  if (device != 0) return gs::textbook::failed(cudaErrorInvalidDevice);
  *properties = gs::textbook::properties_of_device();
  return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  if (device != 0) return gs::textbook::failed(cudaErrorInvalidDevice);
  const cudaDeviceProp properties = gs::textbook::properties_of_device();
  switch (attribute) {
    case cudaDevAttrMaxThreadsPerBlock:
      *value = properties.maxThreadsPerBlock;
      break;
    case cudaDevAttrMaxSharedMemoryPerBlock:
      *value = int(properties.sharedMemPerBlock);
      break;
    case cudaDevAttrWarpSize:
      *value = properties.warpSize;
      break;
    case cudaDevAttrMultiProcessorCount:
      *value = properties.multiProcessorCount;
      break;
    case cudaDevAttrMaxThreadsPerMultiProcessor:
      *value = properties.maxThreadsPerMultiProcessor;
      break;
    case cudaDevAttrComputeCapabilityMajor:
      *value = properties.major;
      break;
    case cudaDevAttrComputeCapabilityMinor:
      *value = properties.minor;
      break;
    default:
      return gs::textbook::failed(cudaErrorInvalidValue);
  }
  return cudaSuccess;
}
