// occupancy_calculator.h - resident blocks as the CUDA toolkit's calculator gives them. Only where the toolkit is.
#pragma once
#include <cuda_occupancy.h>

#include <climits>

#include "kernels/common/occupancy.h"

namespace gs::test {

inline int blocks_by_calculator(const Multiprocessor& sm, const BlockNeeds& block) {
  cudaOccDeviceProp device;
  device.computeMajor = sm.compute / 10;
  device.computeMinor = sm.compute % 10;
  device.maxThreadsPerBlock = 1024;
  device.maxThreadsPerMultiprocessor = sm.warps * 32;
  device.regsPerBlock = device.regsPerMultiprocessor = 65536;
  device.warpSize = 32;
  device.sharedMemPerBlock = 48 << 10;
  device.sharedMemPerMultiprocessor = sm.shared_bytes;
  device.numSms = 1;
  device.sharedMemPerBlockOptin = sm.shared_bytes - sm.shared_reserved;
  device.reservedSharedMemPerBlock = sm.shared_reserved;
  cudaOccFuncAttributes kernel;
  kernel.maxThreadsPerBlock = INT_MAX;
  kernel.numRegs = block.registers.value_or(0);
  kernel.partitionedGCConfig = PARTITIONED_GC_OFF;
  kernel.shmemLimitConfig = FUNC_SHMEM_LIMIT_OPTIN;
  kernel.maxDynamicSharedSizeBytes = block.shared_bytes;
  kernel.numBlockBarriers = 1;
  const cudaOccDeviceState state;
  cudaOccResult result;
  const auto error =
      cudaOccMaxActiveBlocksPerMultiprocessor(&result, &device, &kernel, &state, block.threads, block.shared_bytes);
  return error == CUDA_OCC_SUCCESS ? result.activeBlocksPerMultiprocessor : -1;
}

}  // namespace gs::test
