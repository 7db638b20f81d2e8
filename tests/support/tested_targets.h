// tested_targets.h - the targets of a test program, so that the same tests run plain, instrumented and GPU kernels.
#pragma once
#include <vector>

#include "kernels/common/registry.h"
#ifdef GRIDSTRIDE_TESTED_GPU
#include "engine/device/device.h"
#else
#include "engine/device/cpu_kernels.h"
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
inline constexpr bool kernels_are_instrumented = false;
#else
/// Whether this program's kernels of sim are: they then detect every access outside of an array, reads included.
extern const bool kernels_are_instrumented;  // kernels_are_instrumented.cpp, in programs that test kernels
/// host and sim; only sim if its kernels are instrumented. Of host also the kernels that `cpu` loads for wider vectors.
inline std::vector<const Registry*> tested_registries() {
  if (kernels_are_instrumented) return {&sim::registry()};
  std::vector<const Registry*> all = {&host::registry(), &sim::registry()};
  if (&cpu_kernels() != &host::registry()) all.push_back(&cpu_kernels());
  return all;
}
inline stream_t tested_stream() {
  return nullptr;
}
#endif

}  // namespace gs::test
