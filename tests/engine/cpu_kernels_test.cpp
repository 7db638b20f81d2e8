// cpu_kernels_test.cpp - the choice of the vectors whose kernels `cpu` runs.
#include "engine/device/cpu_kernels.h"

#include <gtest/gtest.h>

#include "engine/core/error.h"
#include "tests/support/engines.h"
#include "tests/support/errors.h"

namespace gs::test {
namespace {

/// Three builds on a CPU with AVX2.
const std::vector<CpuBuild> three = {{"AVX-512", false, "v4.so"}, {"AVX2", true, "v3.so"}, {"SSE4.2", true, nullptr}};

TEST(ChoiceOfVectors, IsTheWidestThatTheCpuHas) {
  EXPECT_EQ(choose_cpu_build(three, nullptr, "a CPU").vectors, "AVX2");
  EXPECT_EQ(choose_cpu_build(three, "", "a CPU").vectors, "AVX2");
}

TEST(ChoiceOfVectors, IsTheOneThatTheVariableNames) {
  EXPECT_EQ(choose_cpu_build(three, "SSE4.2", "a CPU").vectors, "SSE4.2");
  EXPECT_EQ(choose_cpu_build(three, "AVX2", "a CPU").vectors, "AVX2");
}

TEST(ChoiceOfVectors, RefusesInOneLineAWordThatNamesNone) {
  EXPECT_TRUE(refuses([] { choose_cpu_build(three, "avx\n2", "a CPU"); },
                      {"GRIDSTRIDE_VECTORS=avx\\x0a2", "AVX-512, AVX2, SSE4.2"}));
}

TEST(ChoiceOfVectors, RefusesInOneLineThoseThatTheCpuLacks) {
  EXPECT_TRUE(refuses([] { choose_cpu_build(three, "AVX-512", "a CPU"); },
                      {"GRIDSTRIDE_VECTORS=AVX-512", "a CPU", "lacks", "it can run: AVX2, SSE4.2"}));
}

TEST(ChoiceOfVectors, OnACpuWithNoneIsTheNarrowestThatDoesNotRun) {
  const std::vector<CpuBuild> none = {{"AVX2", false, "v3.so"}, {"SSE4.2", false, nullptr}};
  EXPECT_EQ(choose_cpu_build(none, nullptr, "a CPU").vectors, "SSE4.2");
  EXPECT_FALSE(choose_cpu_build(none, nullptr, "a CPU").runs_here);
}

TEST(CpuVectors, AreInTheDescriptionThatTellsMeasuredTimesApart) {
  const auto device = open_device({.name = "cpu", .threads = 1});
  EXPECT_NE(device->description().find(std::string(cpu_vectors())), std::string::npos) << device->description();
  EXPECT_EQ(&device->registry(), &cpu_kernels());
}

}  // namespace
}  // namespace gs::test
