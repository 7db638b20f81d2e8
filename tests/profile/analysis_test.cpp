// analysis_test.cpp - the arithmetic of a profile, on a hand-made one.
#include "engine/profile/analysis.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/made_profile.h"

namespace gs::test {
namespace {

TEST(Analysis, RatesAreWorkOverTheMedian) {
  const Profile p = made_profile();
  const OpAnalysis a = analyse(p, p.ops[1]);  // 20 MFLOP and 0.5 MB in 400 us of a step of 1,000 us
  EXPECT_DOUBLE_EQ(a.share, 0.4);
  EXPECT_DOUBLE_EQ(a.flops_per_s, 50e9);
  EXPECT_DOUBLE_EQ(a.bytes_per_s, 1.25e9);
  EXPECT_DOUBLE_EQ(a.intensity, 40);
  EXPECT_DOUBLE_EQ(a.bytes_us, 50);
  EXPECT_DOUBLE_EQ(a.arithmetic_us, 200);
  EXPECT_DOUBLE_EQ(a.peak_us, 200);
  EXPECT_DOUBLE_EQ(a.peak_share, 0.5);
}

TEST(Analysis, TheLongerOfBytesAndArithmeticIsTheBound) {
  const Profile p = made_profile();
  EXPECT_EQ(analyse(p, p.ops[0]).bound, Bound::launch);
  EXPECT_EQ(analyse(p, p.ops[1]).bound, Bound::arithmetic);
  EXPECT_EQ(analyse(p, p.ops[2]).bound, Bound::bytes);
}

TEST(Analysis, LatencyIsLittleTimeFarFromThePeak) {
  EXPECT_FALSE(bound_by_latency(1.1, 50, 1));    // an inefficient kernel, not a small one
  EXPECT_TRUE(bound_by_latency(2.0, 9.9, 1));    // below ten launch latencies and a quarter of the peak
  EXPECT_FALSE(bound_by_latency(2.6, 9.9, 1));   // above a quarter
  EXPECT_FALSE(bound_by_latency(2.0, 10.1, 1));  // above ten launch latencies
}

TEST(Analysis, CountedInstructionsAreALimitLikeBytesAndOperations) {
  Profile p = made_profile();
  OpProfile& op = p.ops[1];  // 200 us at the peak, 400 measured
  op.bound_on_h200 = OpBound{.issue_us = 190, .latency_us = 100, .kernels_us = 190};
  EXPECT_DOUBLE_EQ(analyse(p, op).peak_us, 200);
  EXPECT_EQ(analyse(p, op).bound, Bound::arithmetic);
  op.bound_on_h200 = OpBound{.issue_us = 300, .latency_us = 100, .kernels_us = 300};
  EXPECT_DOUBLE_EQ(analyse(p, op).peak_us, 300);
  EXPECT_EQ(analyse(p, op).bound, Bound::issue);
  op.bound_on_h200 = OpBound{.issue_us = 100, .latency_us = 300, .kernels_us = 300};
  EXPECT_EQ(analyse(p, op).bound, Bound::latency);
}

TEST(Analysis, LaunchesAreCountedAtTheLatencyOfTheWayTheyWereMade) {
  Profile p = made_gpu_profile();
  EXPECT_DOUBLE_EQ(launch_us(p), 1.3);
  p.source = TimeSource::events;
  EXPECT_DOUBLE_EQ(launch_us(p), 2.1);
  EXPECT_DOUBLE_EQ(launch_us(made_profile()), 1);
}

TEST(Analysis, TensorCoresHaveARateOfTheirOwn) {
  Profile p = made_gpu_profile();
  EXPECT_DOUBLE_EQ(flops_rate(p, p.ops[1]), 400e12);  // tensor cores declared, tf32
  EXPECT_DOUBLE_EQ(flops_rate(p, p.ops[2]), 50e12);
  p.precision = "bf16";
  EXPECT_DOUBLE_EQ(flops_rate(p, p.ops[1]), 800e12);
  p.precision = "fp32";
  EXPECT_DOUBLE_EQ(flops_rate(p, p.ops[1]), 50e12);
}

TEST(Analysis, TheSlowestThreadIsHeldAgainstTheMean) {
  Profile p = made_profile();
  EXPECT_DOUBLE_EQ(analyse(p, p.ops[3]).imbalance_us, 30);  // 240 and 180
  EXPECT_DOUBLE_EQ(analyse(p, p.ops[1]).imbalance_us, 0);
  EXPECT_DOUBLE_EQ(analyse(p, p.ops[3]).threads_busy, 210.0 / 240);
  EXPECT_DOUBLE_EQ(analyse(p, p.ops[1]).threads_busy, 0) << "not recorded";
  p.ops[3].thread_us = {50, 50, 50};
  EXPECT_DOUBLE_EQ(analyse(p, p.ops[3]).threads_busy, 1);
}

TEST(Analysis, AnOpAboveTheRateOfOperationsMakesThePeakDoubtful) {
  Profile p = made_profile();
  const auto rate = [&](const OpProfile& op) { return analyse(p, op).flops_per_s; };
  const OpProfile& fastest = *std::ranges::max_element(p.ops, {}, rate);
  const double reached = rate(fastest);
  p.peaks.fp32_flops_per_s = reached / 4.5;
  EXPECT_EQ(doubt_about_peaks(p), "");
  p.peaks.fp32_flops_per_s = reached / 5;
  EXPECT_NE(doubt_about_peaks(p).find(fastest.name + " did 500 % of it"), std::string::npos) << doubt_about_peaks(p);
  p.peaks = {};
  EXPECT_EQ(doubt_about_peaks(p), "");
  Profile of_gpu = made_gpu_profile();
  of_gpu.peaks.fp32_flops_per_s = of_gpu.peaks.tf32_flops_per_s = 1;
  EXPECT_EQ(doubt_about_peaks(of_gpu), "");
}

TEST(Analysis, WithoutPeaksThereIsNoBound) {
  Profile p = made_profile();
  p.peaks = {};
  const OpAnalysis a = analyse(p, p.ops[1]);
  EXPECT_EQ(a.bound, Bound::unknown);
  EXPECT_EQ(a.peak_us, 0);
  EXPECT_DOUBLE_EQ(a.flops_per_s, 50e9);
}

TEST(Analysis, AnOpThatTookNoTimeHasNoRates) {
  Profile p = made_profile();
  p.ops[1].us = {};
  p.sums = {};
  const OpAnalysis a = analyse(p, p.ops[1]);
  EXPECT_EQ(a.share, 0);
  EXPECT_EQ(a.flops_per_s, 0);
  EXPECT_EQ(a.bound, Bound::unknown);
}

TEST(Analysis, ADifferenceBeyondTheSpreadIsOneForBothSides) {
  EXPECT_FALSE(beyond_spread({100, 90, 110}, {105, 99, 120}));
  EXPECT_TRUE(beyond_spread({100, 90, 110}, {120, 111, 130}));
  EXPECT_FALSE(beyond_spread({100, 90, 110}, {120, 80, 130}));  // 100 lies in the spread of the second
  EXPECT_FALSE(beyond_spread({100, 90, 125}, {120, 111, 130}));
  EXPECT_TRUE(beyond_spread({100, 90, 110}, {80, 70, 89}));
}

}  // namespace
}  // namespace gs::test
