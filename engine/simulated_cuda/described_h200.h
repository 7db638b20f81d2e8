// described_h200.h - the description of a GPU for cuDNN's heuristics on machines without one.
#pragma once

namespace gs::simulated_cuda {

/// An H200 by its data sheet and CUDA's documentation; written by hand, not read from a GPU.
inline constexpr const char* h200_in_words =
    R"({"deviceName":"described H200","cudaDeviceId":0,"deviceVer":900,"driverVer":13000,"isTccDriver":0,"l2CacheSize":62914560,)"
    R"("maxCtasPerSM":32,"maxRegistersPerSM":65536,"maxSharedMemoryPerBlock":49152,"maxSharedMemoryPerBlockOptin":232448,)"
    R"("maxThreadsPerBlock":1024,"maxThreadsPerSM":2048,"memClockRateKHz":3201000,"multiProcessorCount":132,"pciDeviceId":0,)"
    R"("regsPerBlock":65536,"reservedSharedMemoryPerBlock":1024,"smClockRateKHz":1980000,"supportCoopLaunch":1,)"
    R"("totalGlobalMem":151397597184,"warpSize":32,"maxBlockSize":[1024,1024,64],"maxGridSize":[2147483647,65535,65535]})";

}  // namespace gs::simulated_cuda
