// plans_test.cpp - cuDNN has a plan for every convolution of this project's networks. No GPU is needed: cuDNN gets a
// description of one, and nothing is executed.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/layers/conv2d.h"
#include "engine/library/cudnn_plans.h"
#include "engine/simulated_cuda/described_h200.h"
#include "models/models.h"

namespace gs {
namespace {

/// Convolution problems of a network's forward ops.
std::vector<Conv2d> convolutions(const std::string& model, int base, int batch, Shape input) {
  std::vector<Conv2d> result;
  for (const Layer& layer : find_model(model).build({.input = input, .base = base}).layers)
    if (auto problem = convolution_of(layer, batch)) {
      problem->relu = true;  // a ReLU follows every convolution of these networks
      result.push_back(*problem);
    }
  return result;
}

std::string describe(const Conv2d& d) {
  return std::to_string(d.n) + "x" + std::to_string(d.h) + "x" + std::to_string(d.w) + "x" + std::to_string(d.c) +
         " -> " + std::to_string(d.k);
}

std::vector<std::string> names_of(const std::vector<CudnnPlan>& plans) {
  std::vector<std::string> names;
  for (const CudnnPlan& plan : plans) names.push_back(plan.name);
  return names;
}

std::size_t different(const std::vector<std::string>& names) {
  return std::set<std::string>(names.begin(), names.end()).size();
}

void expect_plans(const Conv2d& d, Groups groups = Groups::together) {
  for (const ConvolutionOp op : {ConvolutionOp::forward, ConvolutionOp::data_gradient, ConvolutionOp::filter_gradient})
    for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::bf16}) {
      const std::vector<CudnnPlan> plans =
          cudnn_plans(op, d, precision, {nullptr, simulated_cuda::h200_in_words}, groups);
      ASSERT_FALSE(plans.empty()) << describe(d) << ", op " << int(op) << ", " << to_string(precision);
      EXPECT_EQ(different(names_of(plans)), plans.size());
      std::map<std::int64_t, int> of_engine;
      for (const CudnnPlan& plan : plans) {
        EXPECT_LE(++of_engine[plan.engine], cudnn_most_plans_of_engine) << plan.name;
        EXPECT_LE(plan.workspace_bytes, cudnn_workspace_limit);
        if (precision == Precision::fp32) {
          EXPECT_EQ(plan.note, "") << plan.name << " rounds its inputs";
        }
      }
    }
}

TEST(CudnnPlans, EveryConvolutionOfLeNet) {
  for (const int base : {32, 16, 8})
    for (const int batch : {1, 4, 8, 64})
      for (const Conv2d& d : convolutions("lenet", base, batch, {128, 128, 1})) expect_plans(d);
}

TEST(CudnnPlans, EveryConvolutionOfAlexNet) {
  for (const int base : {32, 16, 8})
    for (const int batch : {2, 4, 8})
      for (const Conv2d& d : convolutions("alexnet", base, batch, {128, 128, 1})) expect_plans(d);
}

TEST(CudnnPlans, EveryConvolutionOfAlexNet2012) {
  for (const int batch : {8, 128, 256})
    for (const Conv2d& d : convolutions("alexnet2012", 96, batch, {227, 227, 3})) expect_plans(d);
}

/// The convolutions with two groups, as one convolution per group. cuDNN has tensor-core plans for all of them, though
/// not for conv5 forward in bf16 with its groups together.
TEST(CudnnPlans, EveryGroupOfAlexNet2012) {
  for (const int batch : {8, 128, 256})
    for (const Conv2d& d : convolutions("alexnet2012", 96, batch, {227, 227, 3})) {
      if (ungrouped(d)) continue;
      expect_plans(d, Groups::apart);
      for (const ConvolutionOp op :
           {ConvolutionOp::forward, ConvolutionOp::data_gradient, ConvolutionOp::filter_gradient})
        for (const Precision precision : {Precision::tf32, Precision::bf16}) {
          const auto plans = cudnn_plans(op, d, precision, {nullptr, simulated_cuda::h200_in_words}, Groups::apart);
          EXPECT_TRUE(std::ranges::any_of(plans, [](const CudnnPlan& plan) { return plan.note == "tensor cores"; }))
              << describe(d) << ", op " << int(op) << ", " << to_string(precision);
        }
    }
}

TEST(CudnnPlans, OfGroupsApartTellTheirCalls) {
  const Conv2d d{.n = 2, .h = 7, .w = 9, .c = 10, .k = 14, .r = 3, .s = 3, .pad = 1, .groups = 2};
  const CudnnTarget target{nullptr, simulated_cuda::h200_in_words};
  const auto apart = cudnn_plans(ConvolutionOp::forward, d, Precision::bf16, target, Groups::apart);
  const auto together = cudnn_plans(ConvolutionOp::forward, d, Precision::bf16, target);
  ASSERT_FALSE(apart.empty());
  ASSERT_FALSE(together.empty());
  for (const CudnnPlan& plan : apart) {
    EXPECT_TRUE(plan.name.starts_with("cudnn:apart:eng")) << plan.name;
    EXPECT_EQ(plan.calls, 2);
    EXPECT_EQ(plan.call_bytes[cudnn_x], 2 * 5);
    EXPECT_EQ(plan.call_bytes[cudnn_w], 2 * 7 * 3 * 3 * 5);
    EXPECT_EQ(plan.call_bytes[cudnn_y], 2 * 7);
    EXPECT_EQ(plan.call_bytes[cudnn_bias], 2 * 7);
  }
  for (const CudnnPlan& plan : together) {
    EXPECT_TRUE(plan.name.starts_with("cudnn:eng")) << plan.name;
    EXPECT_EQ(plan.calls, 1);
  }
}

TEST(CudnnPlans, OddSizes) {
  for (const Conv2d& d : convolutions("lenet", 3, 5, {29, 31, 3})) expect_plans(d);
  for (const Conv2d& d : convolutions("lenet5", 6, 32, {28, 28, 1})) expect_plans(d);
}

/// A convolution whose heuristics begin with ten configurations of one engine.
const Conv2d wide{.n = 8, .h = 64, .w = 64, .c = 32, .k = 64, .r = 3, .s = 3, .pad = 1, .relu = true};

std::vector<CudnnPlan> plans_of_wide() {
  return cudnn_plans(ConvolutionOp::forward, wide, Precision::tf32, {nullptr, simulated_cuda::h200_in_words});
}

TEST(CudnnPlans, NamesTellTheKnobs) {
  const auto plans = plans_of_wide();
  ASSERT_GT(plans.size(), 1u);
  EXPECT_EQ(plans[0].name.rfind("cudnn:eng" + std::to_string(plans[0].engine) + "{", 0), 0u) << plans[0].name;
  const auto has_knobs = [](const CudnnPlan& plan) { return plan.name.find('=') != std::string::npos; };
  EXPECT_TRUE(has_knobs(plans[0])) << plans[0].name;
  // Most engines have knobs; the list of those without depends on cuDNN's version.
  EXPECT_GT(std::count_if(plans.begin(), plans.end(), has_knobs), std::ptrdiff_t(plans.size() / 2));
}

TEST(CudnnPlans, AnEngineHasSeveralAndLeavesRoomForOthers) {
  const auto plans = plans_of_wide();
  EXPECT_EQ(plans[0].engine, plans[1].engine) << plans[0].name << " and " << plans[1].name;
  EXPECT_NE(plans[0].name, plans[1].name);
  std::set<std::int64_t> engines;
  for (const CudnnPlan& plan : plans) engines.insert(plan.engine);
  EXPECT_GE(engines.size(), 4u);
  EXPECT_GT(plans.size(), 8u);
  EXPECT_LE(plans.size(), cudnn_most_plans);
}

/// A run's table of implementations names plans, which another process must find again.
TEST(CudnnPlans, HaveTheSameNamesAndSizesWhenAskedForAgain) {
  for (const ConvolutionOp op :
       {ConvolutionOp::forward, ConvolutionOp::data_gradient, ConvolutionOp::filter_gradient}) {
    const auto ask = [&] { return cudnn_plans(op, wide, Precision::tf32, {nullptr, simulated_cuda::h200_in_words}); };
    const auto first = ask(), again = ask();
    EXPECT_EQ(names_of(first), names_of(again));
    for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(first[i].workspace_bytes, again[i].workspace_bytes);
  }
}

TEST(CudnnPlans, AnImpossibleConvolutionIsAnError) {
  EXPECT_THROW(cudnn_plans(ConvolutionOp::forward, {.n = 1, .h = 3, .w = 3, .c = 1, .k = 1, .r = 0, .s = 0},
                           Precision::tf32, {nullptr, simulated_cuda::h200_in_words}),
               Error);
}

}  // namespace
}  // namespace gs
