// needs_gpu.cpp - skips every test of the program, with a reason, if there is no GPU.
#include <gtest/gtest.h>

#include <string>

#include "engine/device/backends.h"

namespace {

class NeedsGpu : public ::testing::Environment {
  void SetUp() override {
    if (const std::string why_not = gs::why_no_cuda(); !why_not.empty()) GTEST_SKIP() << "no GPU: " << why_not;
  }
};

[[maybe_unused]] const auto* const added = ::testing::AddGlobalTestEnvironment(new NeedsGpu);  // gtest deletes it

}  // namespace
