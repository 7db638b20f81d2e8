// cuda_library.h - cuDNN's convolutions and cuBLASLt's products as one library of the cuda device.
#pragma once
#include <memory>

#include "engine/library/library.h"
#include "kernels/common/registry.h"

namespace gs {

/// `tf32`: tensor cores may round fp32 inputs. Throws gs::Error if a library does not start.
std::unique_ptr<Library> make_cuda_library(const Registry&, stream_t, bool tf32);

}  // namespace gs
