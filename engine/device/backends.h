// backends.h - the devices that open_device() chooses from.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "engine/device/device.h"

namespace gs {

/// The CPU: host kernels on `threads` threads, and oneDNN if it is built in. With `tf32`, products and convolutions
/// round their factors as tensor cores do, and use own kernels only.
std::unique_ptr<Device> open_cpu(int threads, bool tf32);

/// The simulator: runs the CUDA kernel sources in simulated blocks and threads. No library.
std::unique_ptr<Device> open_sim(int threads, bool tf32);

/// A described GPU that is not present: lists the launches of a program with own kernels; nothing runs.
std::unique_ptr<Device> describe_gpu(bool tf32);

/// Opens GPU number `gpu`; loads the CUDA module (cuda_module.h). Throws gs::Error if CUDA fails or is not built in.
std::unique_ptr<Device> open_cuda(int gpu, bool tf32);

/// True if a GPU has failed for this process, in any thread's kernel. Every later call for it fails, and only a new
/// process can continue. False if no GPU is in use.
bool cuda_lost();

/// Reason why this build cannot use that GPU; empty if it can. Queries only the driver, without loading CUDA: cheap,
/// never throws.
std::string why_no_cuda(int gpu = 0);

/// True if the name selects a GPU; for "auto", if GPU 0 can be used. Throws UsageError if the name is invalid.
bool means_cuda(const std::string& device_name);

/// Throws UsageError with the reason if the device is unavailable.
void check_device(const std::string& device_name);

/// "cuda:0", "cuda:1", ... for a list of GPUs (parse_gpu_list()); of "cuda:all" those that this build can use. Empty
/// for the name of one device. Throws UsageError with the reason if one is unavailable.
std::vector<std::string> listed_devices(const std::string& device_names);

/// Reason why "auto" does not use the GPU that is present; empty if it uses it or there is none.
std::string why_auto_takes_cpu();

}  // namespace gs
