// backends.h - the devices that open_device() chooses from.
#pragma once
#include <memory>
#include <string>

#include "engine/device/device.h"

namespace gs {

/// The CPU: the host kernels on `threads` cores, oneDNN where it is built in. With `tf32` products and convolutions
/// round their factors as tensor cores do, by own kernels alone.
std::unique_ptr<Device> open_cpu(int threads, bool tf32);

/// The simulator: the same kernel sources in simulated blocks and threads. No library.
std::unique_ptr<Device> open_sim(int threads, bool tf32);

/// A GPU that is not here, to ask what a program would do on one: own kernels, and nothing runs.
std::unique_ptr<Device> describe_gpu(bool tf32);

/// The first GPU, through the module that is loaded now (cuda_module.h). Throws gs::Error when CUDA fails or is not
/// built in.
std::unique_ptr<Device> open_cuda(bool tf32);

/// Is there a GPU that this build can use? Cheap, never throws; `why_not` gets the reason. False in builds without
/// CUDA.
bool cuda_device_present(std::string* why_not = nullptr);

}  // namespace gs
