// tested_targets.h - the targets of a test program, so that the same tests run plain, instrumented and GPU kernels.
#pragma once
#include <vector>

#include "kernels/common/registry.h"
#ifdef GRIDSTRIDE_TESTED_GPU
#include "engine/device/device.h"
#endif

namespace gs::test {

#ifdef GRIDSTRIDE_TESTED_GPU
/// The GPU. Its programs skip all tests without one (tests/gpu/needs_gpu.cpp).
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
/// host and sim; only sim if its kernels are instrumented.
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
