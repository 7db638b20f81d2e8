// onednn_library.h - oneDNN as a Library: convolutions and dense layers on the CPU.
#pragma once
#include <memory>

#include "engine/library/library.h"
#include "kernels/common/registry.h"

namespace gs {

/// oneDNN on this process's OpenMP threads. `registry` must outlive it: oneDNN cannot fuse the ReLU gradient of the
/// layer below into a data gradient, so that is an own kernel. Throws gs::Error if oneDNN does not start.
std::unique_ptr<Library> make_onednn_library(const Registry& registry);

}  // namespace gs
