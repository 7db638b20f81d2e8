// engines.h - what the engine's tests run on: each device with each rule for its implementations.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "engine/core/error.h"
#include "engine/device/device.h"

namespace gs::test {

struct Engine {
  std::string device;  ///< cpu, sim, cuda
  std::string rule;    ///< of the implementations: default, own or library

  friend std::ostream& operator<<(std::ostream& out, const Engine& e) { return out << e.device << '_' << e.rule; }
};

inline std::string name_of(const testing::TestParamInfo<Engine>& info) {
  return info.param.device + "_" + info.param.rule;
}

/// What is tested: everything of this machine's processor; in the program of the label `gpu`, the GPU.
#ifdef GRIDSTRIDE_TESTED_GPU
inline const char* const devices[] = {"cuda"};
inline const Engine engines[] = {{"cuda", "default"}, {"cuda", "own"}, {"cuda", "library"}};
#else
inline const char* const devices[] = {"cpu", "sim"};
inline const Engine engines[] = {{"cpu", "default"}, {"cpu", "own"}, {"cpu", "library"}, {"sim", "own"}};
#endif

/// The device, without rounding to tf32. Null where there is no GPU: the test skips itself.
inline std::unique_ptr<Device> open(const Engine& engine) try {
  return open_device({.name = engine.device, .threads = 2, .tf32 = false});
} catch (const UsageError&) {
  if (engine.device != "cuda") throw;
  return nullptr;
}

}  // namespace gs::test
