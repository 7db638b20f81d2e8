// advice_test.cpp - choice and order of the advice; savings are differences of the profile's numbers.
#include "engine/profile/advice.h"

#include <gtest/gtest.h>

#include "tests/support/made_profile.h"

namespace gs::test {
namespace {

bool says(const Advice& a, const std::string& text) {
  return a.text.find(text) != std::string::npos;
}

TEST(Advice, NamesTheLargestSavingsFirst) {
  const std::vector<Advice> found = advice(made_profile());
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].what, "conv1 forward");  // 400 us; bound 200 us
  EXPECT_DOUBLE_EQ(found[0].saving_us, 200);
  EXPECT_DOUBLE_EQ(found[0].share, 0.2);
  EXPECT_TRUE(says(found[0], "200.0 us (20.0 % of the step)") && says(found[0], "50 % of the peak")) << found[0].text;
  EXPECT_EQ(found[1].what, "pool1 forward");  // moves 1 MB at a quarter of an operation per byte
  EXPECT_DOUBLE_EQ(found[1].saving_us, 148);
  EXPECT_TRUE(says(found[1], "fused") && says(found[1], "148.0 us (14.8 % of the step)")) << found[1].text;
  EXPECT_EQ(found[2].what, "conv1 filter gradient");  // 250 us, bound 200 us; imbalance 30 us
  EXPECT_DOUBLE_EQ(found[2].saving_us, 50);
}

TEST(Advice, AFasterMeasuredImplementationIsNamedWithItsFlag) {
  Profile p = made_profile();
  p.ops[1].cost.flops = 39'000'000;  // close to the bound: the tuner's candidate saves more
  const std::vector<Advice> found = advice(p, 9);
  const auto conv = std::find_if(found.begin(), found.end(), [](const Advice& a) { return a.what == "conv1 forward"; });
  ASSERT_NE(conv, found.end());
  EXPECT_DOUBLE_EQ(conv->saving_us, 400 * (1 - 350.0 / 410));
  EXPECT_TRUE(says(*conv, "--impl \"conv1 forward=onednn\"")) << conv->text;
  EXPECT_TRUE(says(*conv, "that share of its 400.0 us, 58.5 us (5.9 % of the step)")) << conv->text;
}

TEST(Advice, NoOpSavesMoreThanItTakes) {
  Profile p = made_profile();
  p.ops[1].candidates = {{"direct", 4100}, {"onednn", 1000}};  // measured while the machine was busy
  const std::vector<Advice> found = advice(p);
  EXPECT_EQ(found[0].what, "conv1 forward");
  EXPECT_DOUBLE_EQ(found[0].saving_us, 400 * (1 - 1000.0 / 4100)) << found[0].text;
}

TEST(Advice, TimesOfTheTunerAreSaidToBeOfItsOwn) {
  Profile p = made_profile();
  p.ops[1].candidates = {{"direct", 340}, {"onednn", 350}};  // measured alone it is faster than in the step, 400 us
  const std::vector<Advice> found = advice(p);
  EXPECT_TRUE(says(found[0], "measured alone, direct took 340.0 us, the next, onednn, 350.0 us; a better kernel"))
      << found[0].text;
}

TEST(Advice, ThreadsThatWaitAreNamed) {
  Profile p = made_profile();
  p.ops[3].thread_us = {240, 60};
  const std::vector<Advice> found = advice(p, 9);
  const auto op =
      std::find_if(found.begin(), found.end(), [](const Advice& a) { return a.what == "conv1 filter gradient"; });
  ASSERT_NE(op, found.end());
  EXPECT_DOUBLE_EQ(op->saving_us, 90);
  EXPECT_TRUE(says(*op, "240.0 us") && says(*op, "150.0")) << op->text;
}

TEST(Advice, OpsBoundByLatencyCountTogether) {
  Profile p = made_profile();
  p.ops.resize(1);
  p.ops.push_back(made_op("advance", Pass::gather, 10, 100, 3));
  p.sums = {10, 5, 0, 0, 0};
  const std::vector<Advice> found = advice(p);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_DOUBLE_EQ(found[0].saving_us, 2.5);  // half of 2 + 3
  EXPECT_TRUE(says(found[0], "advance") && says(found[0], "--batch 16") && says(found[0], "2 ops")) << found[0].text;
}

TEST(Advice, GapsAndHostTimeAreCompared) {
  Profile p = made_profile();
  p.ops.clear();
  const std::vector<Advice> found = advice(p);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].what, "host time");
  EXPECT_DOUBLE_EQ(found[0].saving_us, 50);
  EXPECT_EQ(found[1].what, "gaps");
  EXPECT_DOUBLE_EQ(found[1].saving_us, 40);
}

TEST(Advice, NothingIsSaidOfNothing) {
  EXPECT_TRUE(advice(Profile()).empty());
  Profile p = made_profile();
  p.ops = {made_op("conv1 forward", Pass::forward, 100'000'000, 1000, 1000)};  // at its bound
  p.sums = {1000, 1000, 0, 0, 0};
  EXPECT_TRUE(advice(p).empty()) << advice(p)[0].text;
}

TEST(Advice, CountsAreAdvisedOnInSectorsAndTurns) {
  const std::vector<Advice> found = advice(made_counts());
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].what, "conv1 forward");
  EXPECT_DOUBLE_EQ(found[0].share, 560.0 / 1440);  // all from line 12
  EXPECT_TRUE(says(found[0], "38.9 %") && says(found[0], "kernels/a.cu:12")) << found[0].text;
  EXPECT_DOUBLE_EQ(found[1].share, 25.0 / 125);
  EXPECT_TRUE(says(found[1], "kernels/a.cu:20")) << found[1].text;
}

TEST(Advice, NamesTheLineThatWastesMostNotTheLargest) {
  Profile p = made_counts();
  p.ops[1].counts->wasted_sectors = 80;
  p.ops[1].counts->lines = {{"kernels/a.cu:12", 50, 800, 0, 0, 0, 0},   // float4: most sectors, none wasted
                            {"kernels/a.cu:30", 40, 160, 0, 0, 0, 80},  // bf16: four sectors per request, two wasted
                            {"kernels/a.cu:40", 40, 40, 0, 0, 0, 0}};
  const std::vector<Advice> found = advice(p);
  ASSERT_FALSE(found.empty());
  const auto sectors =
      std::find_if(found.begin(), found.end(), [](const Advice& a) { return says(a, "beyond the ideal"); });
  ASSERT_NE(sectors, found.end());
  EXPECT_DOUBLE_EQ(sectors->share, 80.0 / 1440);
  EXPECT_TRUE(says(*sectors, "80 of its 1000 sectors") && says(*sectors, "kernels/a.cu:30")) << sectors->text;
}

}  // namespace
}  // namespace gs::test
