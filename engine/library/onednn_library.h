// onednn_library.h - oneDNN as a Library: convolutions and dense layers on the CPU.
#pragma once
#include <memory>

#include "engine/library/library.h"
#include "kernels/common/registry.h"

namespace gs {

/// oneDNN on this process's OpenMP threads. `registry` must outlive it: the ReLU gradient of the layer below a data
/// gradient, which oneDNN cannot join to one, is an own kernel. Throws gs::Error when oneDNN fails to start.
std::unique_ptr<Library> make_onednn_library(const Registry& registry);

}  // namespace gs
