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

/// A GPU by its number, through the module that is loaded now (cuda_module.h). Throws gs::Error when CUDA fails or is
/// not built in.
std::unique_ptr<Device> open_cuda(int gpu, bool tf32);

/// Has a GPU failed for this process, whichever thread's kernel it was? Then every call for it fails from now on, and
/// only another process can go on. False where none is used.
bool cuda_lost();

/// Why this build cannot use that GPU; empty where it can. The driver alone is asked, and nothing of CUDA is loaded:
/// cheap, never throws.
std::string why_no_cuda(int gpu = 0);

/// Is it a GPU that the name means here? Of "auto": is there one that it takes?
bool means_cuda(const std::string& device_name);

/// Throws UsageError with the reason where the device of that name is not to be had.
void check_device(const std::string& device_name);

/// Why "auto" passes over the GPU that is here; empty where it does not, or there is none.
std::string why_auto_takes_cpu();

}  // namespace gs
