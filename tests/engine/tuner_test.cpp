// tuner_test.cpp - the autotuner: the fastest candidate wins, results are cached, a program repeats its choices.
#include "engine/program/tuner.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "engine/program/choice.h"
#include "engine/program/program.h"
#include "kernels/dropout/dropout.h"
#include "kernels/maxpool/maxpool.h"
#include "models/models.h"
#include "tests/support/doubling.h"
#include "tests/support/engines.h"

namespace gs {
namespace {

using test::Doubling;
using test::ScratchFolder;

TEST_F(Doubling, TheFastestWins) {
  TuningCache cache(file, "here");
  EXPECT_EQ(choose(cache, {candidate("slow", 400), candidate("fast", 1), candidate("slower", 800)}), 1u);
  ASSERT_NE(cache.find("doubling"), nullptr);
  EXPECT_EQ(cache.find("doubling")->chosen, "fast");
  EXPECT_EQ(cache.find("doubling")->times.size(), 3u);
}

TEST_F(Doubling, EqualOnesLeaveTheDefault) {
  TuningCache cache(file, "here");
  EXPECT_EQ(choose(cache, {candidate("default", 1), candidate("much slower", 400)}), 0u);
}

TEST_F(Doubling, WhatIsKnownIsNotMeasuredAgainUnlessAsked) {
  const std::vector<Candidate> candidates = {candidate("slow", 400), candidate("fast", 1)};
  {
    TuningCache cache(file, "here");
    choose(cache, candidates);
  }
  calls = 0;
  TuningCache again(file, "here");
  EXPECT_EQ(choose(again, candidates), 1u);
  EXPECT_EQ(calls, 0);
  TuningCache retuned(file, "here", true);
  choose(retuned, candidates);
  EXPECT_GT(calls, 0);
  calls = 0;
  choose(retuned, candidates);
  EXPECT_EQ(calls, 0) << "once is enough";
  TuningCache elsewhere(file, "another machine");
  choose(elsewhere, candidates);
  EXPECT_GT(calls, 0);
  EXPECT_NE(TuningCache(file, "here").find("doubling"), nullptr) << "both machines are kept";
}

TEST_F(Doubling, WhatOtherKernelsMeasuredIsReplaced) {
  const std::vector<Candidate> candidates = {candidate("slow", 400), candidate("fast", 1)};
  {
    TuningCache of_others(file, "here", false, "others");
    choose(of_others, candidates);
  }
  calls = 0;
  TuningCache cache(file, "here");
  choose(cache, candidates);
  EXPECT_GT(calls, 0);
  EXPECT_NE(TuningCache(file, "here").find("doubling"), nullptr);
  EXPECT_EQ(TuningCache(file, "here", false, "others").find("doubling"), nullptr);
}

TEST_F(Doubling, AChoiceThatIsGoneIsMeasuredAgain) {
  TuningCache cache(file, "here");
  choose(cache, {candidate("slow", 400), candidate("fast", 1)});
  EXPECT_EQ(choose(cache, {candidate("slow", 400), candidate("newer", 2)}), 1u);
  EXPECT_EQ(cache.find("doubling")->chosen, "newer");
}

TEST_F(Doubling, ADamagedFileIsWrittenAnew) {
  std::filesystem::create_directories(file.parent_path());
  for (const char* text : {"no JSON", "[]", R"({"here": {"doubling": {"chosen": 3}}})", R"({"here": 1})"}) {
    std::ofstream(file) << text;
    TuningCache cache(file, "here", false, "");
    EXPECT_EQ(choose(cache, {candidate("slow", 400), candidate("fast", 1)}), 1u) << text;
    EXPECT_NE(TuningCache(file, "here", false, "").find("doubling"), nullptr) << text;
  }
}

TEST_F(Doubling, WithoutAFolderItWorksTheSame) {
  for (const std::optional<std::filesystem::path>& nowhere :
       {std::optional<std::filesystem::path>(), std::optional<std::filesystem::path>("/proc/none/tuning.json")}) {
    TuningCache cache(nowhere, "here");
    EXPECT_EQ(choose(cache, {candidate("slow", 400), candidate("fast", 1)}), 1u);
  }
}

TEST(Describe, NamesEveryExtent) {
  const Conv2d a{8, 128, 64, 3, 16, 5, 7, 2, 1, true};
  EXPECT_EQ(OpProblemOf<Conv2dForward<float>>(a).describe(), "conv2d forward 8x128x64x3 by 16 of 5x7/2 pad 1 relu");
  EXPECT_EQ(OpProblemOf<DenseDataGradient<float>>({8, 100, 10}).describe(), "dense data gradient 8x100 to 10");
  EXPECT_EQ(OpProblemOf<MaxPoolForward<float>>({8, 24, 20, 3, 2, 3, true}).describe(),
            "max-pool forward 8 24 20 3 2 3 yes");
  EXPECT_EQ(OpProblemOf<DropoutForward<float>>({100, 0.25f, 2}).describe(), "dropout forward 100 0.25 2 0");
}

TEST(ImplementationChoice, OlderNamesMeanTheSame) {
  const ImplementationChoice choice{.fixed = {{"conv1 forward", "cores"},
                                              {"conv1.filter_gradient", "rounded"},
                                              {"dense1", "widened"},
                                              {"dense2", "onednn"},
                                              {"dense3 filter gradient", "cores"},
                                              {"update", "flat"},
                                              {"collect", "element"}}};
  EXPECT_EQ(fixed_implementation(choice, "conv1 forward"), "simd");
  EXPECT_EQ(fixed_implementation(choice, "conv1 filter gradient"), "tf32_emulated");
  EXPECT_EQ(fixed_implementation(choice, "dense1 forward"), "bf16_emulated");
  EXPECT_EQ(fixed_implementation(choice, "dense2 forward"), "onednn");
  EXPECT_EQ(fixed_implementation(choice, "dense3 weight gradient"), "simd");
  EXPECT_EQ(fixed_implementation(choice, "store logits"), "element");
  EXPECT_EQ(fixed_implementation(choice, "update"), std::nullopt);
}

TEST(ImplementationChoice, ACallHasShortNames) {
  EXPECT_TRUE(names_call("conv1 forward", "conv1 forward"));
  EXPECT_TRUE(names_call("conv1", "conv1 forward"));
  EXPECT_TRUE(names_call("conv1.filter_gradient", "conv1 filter gradient"));
  EXPECT_TRUE(names_call("update", "update"));
  EXPECT_FALSE(names_call("conv1", "conv1 filter gradient"));
  EXPECT_FALSE(names_call("conv", "conv1 forward"));
}

/// Sets the cache folder to a scratch folder during each test.
class TunedProgram : public testing::Test {
 protected:
  void SetUp() override {
    if (const char* value = getenv("XDG_CACHE_HOME")) old_ = value;
    setenv("XDG_CACHE_HOME", folder_.path().c_str(), 1);
  }
  void TearDown() override {
    if (old_)
      setenv("XDG_CACHE_HOME", old_->c_str(), 1);
    else
      unsetenv("XDG_CACHE_HOME");
  }

 private:
  ScratchFolder folder_;
  std::optional<std::string> old_;
};

TEST_F(TunedProgram, ChoosesTheSameASecondTimeAndSaysWhy) {
  const Net net = lenet({.input = {12, 12, 1}, .base = 2});
  const auto device = open_device({.name = "cpu", .threads = 2});
  const Program first(net, Recipe(), *device, {.rule = "auto"});
  const Program second(net, Recipe(), *device, {.rule = "auto"});
  EXPECT_EQ(first.implementations(), second.implementations());
  EXPECT_NE(second.explain().find("measured, microseconds"), std::string::npos);
  EXPECT_NE(second.explain().find("]\n"), std::string::npos) << "known results have a date";
  const Program fixed(net, Recipe(), *device, {.rule = "auto", .fixed = {{"conv1", "direct"}}});
  EXPECT_EQ(fixed.implementations().at("conv1 forward"), "direct");
}

/// Candidates are measured with a valid running variance and a full batch (Tensor::sample), not with random numbers.
TEST_F(TunedProgram, OfAResNetRefusesNoImplementation) {
  const auto device = open_device({.name = "cpu", .threads = 2});
  const Program program(resnet({.input = {9, 9, 1}, .base = 2, .depth = 8}), Recipe(), *device, {.rule = "auto"});
  bool normalisation = false;
  for (const TunedCall& tuned : program.tuned_calls()) {
    normalisation = normalisation || tuned.step.starts_with("bn");
    for (const CandidateTime& time : tuned.result.times) EXPECT_EQ(time.refused, "") << tuned.step << ", " << time.name;
  }
  EXPECT_TRUE(normalisation);
}

TEST_F(TunedProgram, TheSimulatorIsNotTimed) {
  const auto device = open_device({.name = "sim", .threads = 2});
  const Net net = lenet({.input = {8, 8, 1}, .base = 2});
  const Program tuned(net, Recipe(), *device, {.rule = "auto"}), fixed(net, Recipe(), *device);
  EXPECT_EQ(tuned.implementations(), fixed.implementations());
  EXPECT_EQ(tuned.explain().find("measured, microseconds"), std::string::npos);
}

}  // namespace
}  // namespace gs
