// cupti_occupancy.cpp - fills the calculator's structs.
#include "engine/profile/cupti_occupancy.h"

#include <cuda_occupancy.h>

#include <climits>

namespace gs {

double occupancy(const SmLimits& sm, int threads_per_block, int registers, std::size_t static_shared_bytes,
                 std::size_t dynamic_shared_bytes) {
  cudaOccDeviceProp device;
  device.computeMajor = sm.major;
  device.computeMinor = sm.minor;
  device.maxThreadsPerBlock = sm.threads_per_block;
  device.maxThreadsPerMultiprocessor = sm.threads;
  device.regsPerBlock = sm.registers_per_block;
  device.regsPerMultiprocessor = sm.registers;
  device.warpSize = 32;
  device.sharedMemPerBlock = sm.shared_bytes_per_block;
  device.sharedMemPerMultiprocessor = sm.shared_bytes;
  device.numSms = sm.sms;
  device.sharedMemPerBlockOptin = sm.shared_bytes_per_block_most;
  device.reservedSharedMemPerBlock = sm.shared_bytes_reserved;
  cudaOccFuncAttributes kernel;
  kernel.maxThreadsPerBlock = INT_MAX;
  kernel.numRegs = registers;
  kernel.sharedSizeBytes = static_shared_bytes;
  kernel.partitionedGCConfig = PARTITIONED_GC_OFF;
  kernel.shmemLimitConfig = FUNC_SHMEM_LIMIT_OPTIN;
  kernel.maxDynamicSharedSizeBytes = dynamic_shared_bytes;
  kernel.numBlockBarriers = 1;
  cudaOccResult result;
  const cudaOccDeviceState state;
  if (sm.threads < 32 || threads_per_block < 1 ||
      cudaOccMaxActiveBlocksPerMultiprocessor(&result, &device, &kernel, &state, threads_per_block,
                                              dynamic_shared_bytes) != CUDA_OCC_SUCCESS)
    return 0;
  const int warps = (threads_per_block + 31) / 32;
  return double(result.activeBlocksPerMultiprocessor) * warps / (sm.threads / 32);
}

}  // namespace gs
