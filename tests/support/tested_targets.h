// tested_targets.h - which targets a test program tests, so that the same tests run over plain kernels, instrumented
// ones and those of the GPU.
#pragma once
#include <vector>

#include "kernels/common/registry.h"
#ifdef GRIDSTRIDE_TESTED_GPU
#include "engine/device/device.h"
#endif

namespace gs::test {

#ifdef GRIDSTRIDE_TESTED_GPU
/// The GPU. Its program runs tests only where there is one (tests/gpu/needs_gpu.cpp).
inline Device& tested_gpu() {
  static const std::unique_ptr<Device> device = open_device({.name = "cuda", .tf32 = false});
  return *device;
}
inline std::vector<const Registry*> tested_registries() {
  return {&tested_gpu().registry()};
}
inline stream_t tested_stream() {
  return tested_gpu().stream();
}
#else
/// host and sim in a plain build; sim alone where its kernels are instrumented.
inline std::vector<const Registry*> tested_registries() {
#ifdef GRIDSTRIDE_TESTED_SIM_ONLY
  return {&sim::registry()};
#else
  return {&host::registry(), &sim::registry()};
#endif
}
inline stream_t tested_stream() {
  return nullptr;
}
#endif

}  // namespace gs::test
