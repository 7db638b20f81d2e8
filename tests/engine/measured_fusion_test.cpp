// measured_fusion_test.cpp - a tuner measures fused calls beside separate ones and takes the faster way.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/program/fusion/rules.h"
#include "engine/program/tuner.h"
#include "kernels/conv2d_pool/conv2d_pool.h"
#include "kernels/dense_dropout/dense_dropout.h"
#include "tests/support/engines.h"

namespace gs {
namespace {

const Conv2dPool pooled_convolution{{.n = 2, .h = 9, .w = 8, .c = 1, .k = 3, .r = 3, .s = 3, .pad = 1, .relu = true},
                                    {2, 9, 8, 3, 2, 2, true}};

/// A later layer, which a CPU may compute by Winograd's method.
const Conv2dPool later_layer{{.n = 2, .h = 8, .w = 8, .c = 8, .k = 16, .r = 3, .s = 3, .pad = 1, .relu = true},
                             {2, 8, 8, 16, 2, 2, true}};

/// Calls of a convolution and its pool after fusion by a tuner.
std::vector<OpCall> calls_of_pooled_convolution(Device& device, Tuner& tuner, Storage storage,
                                                const Conv2dPool& layer = pooled_convolution) {
  const ImplementationChoice choice{.rule = "auto"};
  TensorTable tensors;
  Chooser chooser(device, choice, tensors, &tuner);
  CallList list(tensors);
  with_type_of(storage, [&]<class T>(T) {
    const Conv2d& conv = layer.conv;
    const MaxPool& pool = layer.pool;
    const auto numbers = [&](const char* name, std::int64_t count) {
      return tensors.add_numbers(name, count, storage);
    };
    const TensorId x = numbers("x", conv.x_size()), y = numbers("conv1", conv.y_size());
    const TensorId w = numbers("w", conv.w_size()), bias = numbers("bias", conv.k), z = numbers("pool1", pool.y_size());
    list.call<Conv2dForward<T>>("conv1 forward", Pass::forward, conv, out(y), in(x), in(w), in(bias));
    list.call<MaxPoolForward<T>>("pool1 forward", Pass::forward, pool, out(z),
                                 out(tensors.add("argmax", std::size_t(pool.y_size()))), in(y));
  });
  fuse_conv2d_and_max_pool(list, chooser);
  return chooser.bind(list.nodes);
}

TunedCall measured(const Tuner& tuner, const std::string& step) {
  const auto at =
      std::find_if(tuner.steps().begin(), tuner.steps().end(), [&](const TunedCall& t) { return t.step == step; });
  return at == tuner.steps().end() ? TunedCall() : *at;
}

/// Only tests that both ways run and agree and that one is chosen: the simulator's times are not a GPU's.
void expect_measured(Storage storage) {
  const auto sim = open_device({.name = "sim", .threads = 2});
  TuningCache cache(std::nullopt, "test");
  Tuner tuner(*sim, cache);
  const std::vector<OpCall> calls = calls_of_pooled_convolution(*sim, tuner, storage);
  const TuningResult found = measured(tuner, "conv1 pool1 forward").result;
  EXPECT_EQ(calls.size(), found.chosen != "apart" ? 1u : 2u);
  const auto fused = with_type_of(storage, [&]<class T>(T) {
    const auto variants = sim->variants<Conv2dPoolForward<T>>();
    return std::count_if(variants.begin(), variants.end(), [](const auto& v) {
      return v.arithmetic != Arithmetic::tf32 && v.supports(pooled_convolution);
    });
  });
  ASSERT_EQ(found.times.size(), std::size_t(1 + fused));
  for (const CandidateTime& t : found.times) EXPECT_EQ(t.refused, "") << t.name;
}

TEST(MeasuredFusion, OfAConvolutionAndItsPoolRunsBothWays) {
  expect_measured(Storage::fp32);
  expect_measured(Storage::bf16);
}

TEST(MeasuredFusion, OfAConvolutionAndItsPoolTakesTheFastest) {
  const auto sim = open_device({.name = "sim", .threads = 2, .tf32 = true});
  TuningCache cache(std::nullopt, "test");
  Tuner first(*sim, cache);
  calls_of_pooled_convolution(*sim, first, Storage::fp32);
  auto [step, problem, result, was_known] = measured(first, "conv1 pool1 forward");
  for (const char* variant : {"tiled", "tensor", "window", "apart"}) {
    result.chosen = variant;
    cache.put(problem, result);
    Tuner tuner(*sim, cache);
    const std::vector<OpCall> calls = calls_of_pooled_convolution(*sim, tuner, Storage::fp32);
    const bool apart = variant == std::string("apart");
    ASSERT_EQ(calls.size(), apart ? 2u : 1u);
    if (!apart) {
      EXPECT_EQ(calls[0].implementation, variant);
    }
  }
}

// An evaluation's pool does not know of the ReLU before it; both programs must take the same calls.
TEST(MeasuredFusion, OfAnEvaluationIsThatOfTheTraining) {
  const auto cpu = open_device({.name = "cpu", .threads = 2});
  TuningCache cache(std::nullopt, "test");
  Tuner of_training(*cpu, cache), of_evaluation(*cpu, cache);
  Conv2dPool evaluated = later_layer;
  evaluated.pool.relu_input = false;
  const std::vector<OpCall> training = calls_of_pooled_convolution(*cpu, of_training, Storage::fp32, later_layer),
                            evaluation = calls_of_pooled_convolution(*cpu, of_evaluation, Storage::fp32, evaluated);
  const TunedCall first = measured(of_training, "conv1 pool1 forward"),
                  second = measured(of_evaluation, "conv1 pool1 forward");
  EXPECT_FALSE(first.was_known);
  ASSERT_EQ(first.result.times.size(), 2u) << "apart and winograd_4x4";
  for (const CandidateTime& t : first.result.times) EXPECT_EQ(t.refused, "") << t.name;
  EXPECT_TRUE(second.was_known);
  EXPECT_EQ(training.size(), evaluation.size());
}

/// Calls of a dense layer and its dropout after fusion by a tuner.
std::vector<OpCall> calls_of_dense_with_dropout(Device& device, Tuner& tuner) {
  const ImplementationChoice choice{.rule = "auto"};
  TensorTable tensors;
  Chooser chooser(device, choice, tensors, &tuner);
  CallList list(tensors);
  const auto numbers = [&](const char* name, std::int64_t count) {
    return tensors.add_numbers(name, count, Storage::fp32);
  };
  const TensorId state = tensors.add("state", sizeof(StepState)), y = numbers("dense1", 18);
  list.call<DenseForward<float>>("dense1 forward", Pass::forward, {2, 40, 9, true}, out(y), in(numbers("x", 80)),
                                 in(numbers("w", 360)), in(numbers("bias", 9)));
  list.call<DropoutForward<float>>("dropout1 forward", Pass::forward, {18, 0.4f, 0}, out(numbers("dropout1", 18)),
                                   in(y), in(state));
  fuse_dense_and_dropout(list, chooser);
  return chooser.bind(list.nodes);
}

/// As for the convolution above: both ways run and agree.
TEST(MeasuredFusion, OfADenseLayerAndItsDropoutRunsBothWays) {
  const auto sim = open_device({.name = "sim", .threads = 2});
  TuningCache cache(std::nullopt, "test");
  Tuner tuner(*sim, cache);
  const std::size_t calls = calls_of_dense_with_dropout(*sim, tuner).size();
  const TuningResult found = measured(tuner, "dense1 dropout1 forward").result;
  EXPECT_EQ(calls, found.chosen != "apart" ? 1u : 2u);
  ASSERT_EQ(found.times.size(), 2u);
  for (const CandidateTime& t : found.times) EXPECT_EQ(t.refused, "") << t.name;
}

TEST(MeasuredFusion, OfADenseLayerAndItsDropoutTakesTheFastest) {
  const auto sim = open_device({.name = "sim", .threads = 2, .tf32 = true});
  TuningCache cache(std::nullopt, "test");
  Tuner first(*sim, cache);
  calls_of_dense_with_dropout(*sim, first);
  auto [step, problem, result, was_known] = measured(first, "dense1 dropout1 forward");
  for (const char* variant : {"tiled", "tensor", "apart"}) {
    result.chosen = variant;
    cache.put(problem, result);
    Tuner tuner(*sim, cache);
    const std::vector<OpCall> calls = calls_of_dense_with_dropout(*sim, tuner);
    const bool apart = variant == std::string("apart");
    ASSERT_EQ(calls.size(), apart ? 2u : 1u);
    if (!apart) {
      EXPECT_EQ(calls[0].implementation, variant);
    }
  }
}

/// As for the convolution above, for the first layer's backward pass: both ways run and agree, and either can be
/// chosen.
TEST(MeasuredFusion, OfTheFirstLayersGradientRunsBothWays) {
  const auto sim = open_device({.name = "sim", .threads = 2, .tf32 = true});
  TuningCache cache(std::nullopt, "test");
  const auto calls = [&](Tuner& tuner) {
    const ImplementationChoice choice{.rule = "auto"};
    TensorTable tensors;
    Chooser chooser(*sim, choice, tensors, &tuner);
    CallList list(tensors);
    const Conv2d conv{.n = 2, .h = 9, .w = 8, .c = 1, .k = 4, .r = 3, .s = 3, .pad = 1, .relu = true};
    const MaxPool pool{2, 9, 8, 4, 2, 2, true};
    const auto numbers = [&](const char* name, std::int64_t count) {
      return tensors.add_numbers(name, count, Storage::fp32);
    };
    const TensorId dy = numbers("conv1 gradient", conv.y_size());
    list.call<MaxPoolBackward<float>>("pool1 backward", Pass::backward, pool, out(dy),
                                      in(numbers("pool1 gradient", pool.y_size())),
                                      in(tensors.add("argmax", std::size_t(pool.y_size()))));
    list.call<Conv2dFilterGradient<float>>("conv1 filter gradient", Pass::backward, conv,
                                           out(numbers("dw", conv.w_size())), out(numbers("db", conv.k)),
                                           in(numbers("x", conv.x_size())), in(dy));
    fuse_max_pool_and_filter_gradient(list, chooser);
    return chooser.bind(list.nodes);
  };
  Tuner first(*sim, cache);
  calls(first);
  auto [step, problem, result, was_known] = measured(first, "conv1 pool1 filter gradient");
  ASSERT_EQ(result.times.size(), 2u);
  for (const CandidateTime& t : result.times) EXPECT_EQ(t.refused, "") << t.name;
  for (const char* variant : {"window", "apart"}) {
    result.chosen = variant;
    cache.put(problem, result);
    Tuner tuner(*sim, cache);
    EXPECT_EQ(calls(tuner).size(), variant == std::string("window") ? 1u : 2u);
  }
}

}  // namespace
}  // namespace gs
