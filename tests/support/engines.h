// engines.h - parameters of the engine's tests: each device with each rule for its implementations.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "engine/core/error.h"
#include "engine/device/device.h"
#include "engine/net/recipe.h"

namespace gs::test {

struct Engine {
  std::string device;  ///< cpu, sim, cuda
  std::string rule;    ///< choice of implementations: default, own or library
  Precision precision = Precision::fp32;

  friend std::ostream& operator<<(std::ostream& out, const Engine& e) {
    out << e.device << '_' << e.rule;
    return e.precision == Precision::fp32 ? out : out << '_' << to_string(e.precision);
  }
};

inline std::string name_of(const testing::TestParamInfo<Engine>& info) {
  return testing::PrintToString(info.param);
}

/// Tested engines: cpu and sim, or cuda alone in a program that tests a GPU.
#ifdef GRIDSTRIDE_TESTED_GPU
inline const char* const devices[] = {"cuda"};
inline const Engine engines[] = {{"cuda", "default"}, {"cuda", "own"}, {"cuda", "library"}};
inline const Engine other_precisions[] = {{"cuda", "own", Precision::tf32},
                                          {"cuda", "library", Precision::tf32},
                                          {"cuda", "own", Precision::bf16},
                                          {"cuda", "library", Precision::bf16}};
#else
inline const char* const devices[] = {"cpu", "sim"};
inline const Engine engines[] = {{"cpu", "default"}, {"cpu", "own"}, {"cpu", "library"}, {"sim", "own"}};
inline const Engine other_precisions[] = {{"cpu", "own", Precision::tf32},
                                          {"cpu", "own", Precision::bf16},
                                          {"sim", "own", Precision::tf32},
                                          {"sim", "own", Precision::bf16}};
#endif

/// Opens the device; tf32 is allowed only in that precision. Null if there is no GPU: the test is then skipped.
inline std::unique_ptr<Device> open(const Engine& engine) try {
  return open_device({.name = engine.device, .threads = 2, .tf32 = engine.precision == Precision::tf32});
} catch (const UsageError&) {
  if (engine.device != "cuda") throw;
  return nullptr;
}

}  // namespace gs::test
