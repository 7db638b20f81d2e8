// program_test.cpp - compiling a net: flat layout, initial weights, choice of implementations, output of --explain.
#include "engine/program/program.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "engine/core/error.h"
#include "engine/device/backends.h"
#include "engine/program/flat_layout.h"
#include "models/models.h"
#include "tests/support/engines.h"

namespace gs {
namespace {

Net small_net() {
  return lenet({.input = {12, 12, 1}, .base = 2});
}

Recipe small_recipe() {
  Recipe recipe;
  recipe.batch = 4;
  return recipe;
}

TEST(FlatLayout, ParametersStartAtMultiplesOf256Bytes) {
  const FlatLayout layout(small_net());
  for (const auto& slot : layout.slots) EXPECT_EQ(slot.offset % 64, 0) << slot.parameter.name;
  EXPECT_EQ(layout.size % 64, 0);
}

TEST(FlatLayout, ValuesLieAtTheirOffsetsWithZerosBetween) {
  const Net net = small_net();
  const FlatLayout layout(net);
  std::vector<float> packed(std::size_t(net.parameter_count()));
  for (std::size_t i = 0; i < packed.size(); ++i) packed[i] = float(i + 1);
  const std::vector<float> flat = layout.flat(packed);
  float next = 1;
  for (const auto& [parameter, offset] : layout.slots)
    for (std::int64_t i = 0; i < parameter.size(); ++i) EXPECT_EQ(flat[std::size_t(offset + i)], next++);
  EXPECT_EQ(std::count(flat.begin(), flat.end(), 0.0f), layout.size - net.parameter_count()) << "padding is zero";
  packed.pop_back();
  EXPECT_THROW(layout.flat(packed), Error);
}

TEST(GlorotUniform, StaysInItsLimitsAndFillsThem) {
  const FlatLayout layout(lenet({.input = {32, 32, 1}, .base = 8}));
  const std::vector<float> values = initial_values(layout, 7);
  for (const auto& slot : layout.slots) {
    const Parameter& p = slot.parameter;
    double lowest = 0, highest = 0, sum = 0;
    for (std::int64_t i = 0; i < p.size(); ++i) {
      const double v = values[std::size_t(slot.offset + i)];
      lowest = std::min(lowest, v), highest = std::max(highest, v), sum += v;
    }
    if (p.fan_in == 0) {
      EXPECT_EQ(lowest, 0) << p.name;
      EXPECT_EQ(highest, 0) << p.name;
      continue;
    }
    const double limit = std::sqrt(6.0 / double(p.fan_in + p.fan_out));
    EXPECT_GE(lowest, -limit) << p.name;
    EXPECT_LE(highest, limit) << p.name;
    EXPECT_GT(highest - lowest, 1.6 * limit * (p.size() > 60)) << p.name;
    // the mean of n uniform values has the standard error limit / sqrt(3 n)
    EXPECT_LT(std::abs(sum / double(p.size())), 4 * limit / std::sqrt(3.0 * double(p.size()))) << p.name;
  }
}

TEST(GlorotUniform, FollowsTheSeed) {
  const FlatLayout layout(small_net());
  EXPECT_EQ(initial_values(layout, 1), initial_values(layout, 1));
  EXPECT_NE(initial_values(layout, 1), initial_values(layout, 2));
}

class ProgramOn : public testing::TestWithParam<const char*> {
 protected:
  std::unique_ptr<Device> device_ = open_device({.name = GetParam()});
};

TEST_P(ProgramOn, ParametersGoInAndComeOut) {
  Program program(small_net(), small_recipe(), *device_);
  program.initialize();
  const std::vector<float> first = program.parameters();
  EXPECT_EQ(std::int64_t(first.size()), program.net().parameter_count());
  std::vector<float> changed = first;
  for (float& value : changed) value += 1;
  program.set_parameters(changed);
  EXPECT_EQ(program.parameters(), changed);
  program.initialize();
  EXPECT_EQ(program.parameters(), first);
}

TEST_P(ProgramOn, SharesMemoryBetweenTensorsThatDoNotMeet) {
  Program program(small_net(), small_recipe(), *device_);
  EXPECT_LT(program.memory_plan().arena_bytes, program.memory_plan().unshared_bytes);
}

TEST_P(ProgramOn, ExplainsEveryStep) {
  Program program(small_net(), small_recipe(), *device_);
  const std::string text = program.explain();
  std::set<std::string> names;
  for (const OpCall& step : program.training_calls()) {
    EXPECT_NE(text.find(step.name), std::string::npos) << step.name;
    EXPECT_TRUE(names.insert(step.name).second) << step.name << " appears twice";
    EXPECT_FALSE(step.implementation.empty()) << step.name;
    EXPECT_GT(step.cost.bytes, 0) << step.name;
  }
  EXPECT_NE(text.find("longest dependent chain"), std::string::npos);
}

TEST_P(ProgramOn, OverridesAreKeptOrRefused) {
  const ImplementationChoice direct{.rule = "default", .fixed = {{"conv1 forward", "direct"}}};
  EXPECT_EQ(Program(small_net(), small_recipe(), *device_, direct).implementations().at("conv1 forward"), "direct");

  const auto message = [&](const ImplementationChoice& choice) -> std::string {
    try {
      Program(small_net(), small_recipe(), *device_, choice);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "no error";
  };
  const std::string unknown = message({.fixed = {{"conv1 forward", "magic"}}});
  EXPECT_NE(unknown.find("conv1 forward: no implementation 'magic'"), std::string::npos) << unknown;
  EXPECT_NE(unknown.find("direct"), std::string::npos) << "it lists the implementations: " << unknown;
  EXPECT_EQ(message({.fixed = {{"conv1 forwards", "direct"}}}),
            "--impl: no call is named 'conv1 forwards' (implementation 'direct'): did you mean 'conv1 forward'?");
}

TEST(Tf32, IsTakenOnlyWhereTheDeviceAllowsIt) {
  ASSERT_EQ(sim::registry().highest<Conv2dForward<float>>().arithmetic, Arithmetic::tf32)
      << "the highest rank is taken";
  const auto allowed = open_device({.name = "sim", .tf32 = true});
  const auto not_asked = open_device({.name = "sim"}), refused = open_device({.name = "sim", .tf32 = false});
  const char* const steps[] = {"conv2 filter gradient", "conv2 data gradient"};
  for (const char* step : steps) {
    EXPECT_EQ(Program(small_net(), small_recipe(), *allowed).implementations().at(step), "tensor");
    EXPECT_EQ(Program(small_net(), small_recipe(), *not_asked).implementations().at(step), "tiled");
    EXPECT_EQ(Program(small_net(), small_recipe(), *refused).implementations().at(step), "tiled");
    EXPECT_THROW(Program(small_net(), small_recipe(), *refused, {.fixed = {{step, "tensor"}}}), UsageError);
  }
  // Forward pass and pool are one fp32 kernel unless the convolution's implementation is named.
  const ImplementationChoice forward{.fixed = {{"conv1", "tensor"}}};
  EXPECT_EQ(Program(small_net(), small_recipe(), *allowed, forward).implementations().at("conv1 forward"), "tensor");
  EXPECT_THROW(Program(small_net(), small_recipe(), *refused, forward), UsageError);
}

/// A CPU emulates tf32: under every rule, convolutions and dense layers take only variants that round their factors.
TEST(Tf32, OnACpuNothingElseIsTaken) {
  const auto cpu = open_device({.name = "cpu", .threads = 1, .tf32 = true});
  Recipe recipe = small_recipe();
  recipe.precision = Precision::tf32;
  const Net alexnet = alexnet2012({.input = {80, 80, 3}, .base = 2});  // strides and groups
  const Net large = mlp({.input = {64, 64, 1}, .base = 256});          // in fp32 dense1 has a fused update
  for (const Net& net : {small_net(), alexnet, large})
    for (const char* rule : {"default", "own", "library"}) {
      const Program program(net, recipe, *cpu, {.rule = rule, .fixed = {}});
      for (const OpCall& step : program.training_calls()) {
        const bool product = step.name.starts_with("conv") || step.name.starts_with("dense");
        if (product) {
          EXPECT_EQ(step.implementation, "tf32_emulated") << step.name << ", " << rule;
        }
      }
    }
  for (const char* other : {"simd", "direct", "onednn"})
    EXPECT_THROW(Program(small_net(), recipe, *cpu, {.fixed = {{"conv1", other}}}), UsageError) << other;
  EXPECT_THROW(
      Program(small_net(), small_recipe(), *open_device({.name = "cpu"}), {.fixed = {{"conv1", "tf32_emulated"}}}),
      UsageError);
}

TEST(Implementations, OfOlderRunsKeepTheirMeaning) {
  const auto cpu = open_device({.name = "cpu"});
  const Program program(small_net(), small_recipe(), *cpu, {.fixed = {{"conv1", "cores"}}});
  EXPECT_EQ(program.implementations().at("conv1 forward"), "simd");
}

/// Including convolutions with groups.
TEST(TensorCores, OfAGpuDoEveryConvolution) {
  const Net net = alexnet2012({.input = {80, 80, 3}, .base = 6});
  for (const Precision precision : {Precision::tf32, Precision::bf16}) {
    Recipe recipe = small_recipe();
    recipe.precision = precision;
    const auto gpu = describe_gpu(precision == Precision::tf32);
    const Program program(net, recipe, *gpu, {.rule = "own"});
    int convolutions = 0;
    for (const OpCall& step : program.training_calls()) {
      if (!step.name.starts_with("conv")) continue;
      ++convolutions;
      const bool halo = step.name.starts_with("conv3");  // 3x3 windows, one group, channels in eights
      EXPECT_EQ(step.implementation, halo ? "halo" : "tensor") << step.name;
    }
    EXPECT_EQ(convolutions, 14);
  }
}

TEST_P(ProgramOn, InBf16TakesTheVariantsOfBf16) {
  Recipe recipe = small_recipe();
  recipe.precision = Precision::bf16;
  const bool cpu = device_->name() == "cpu";
  for (const char* rule : {"default", "own"}) {
    Program program(small_net(), recipe, *device_, {.rule = rule, .fixed = {}});
    const ImplementationTable table = program.implementations();
    if (cpu) {
      EXPECT_EQ(table.at("conv2 filter gradient"), "bf16_emulated");
      EXPECT_EQ(table.at("dense1 forward"), "bf16_emulated");
    }
    EXPECT_NE(program.explain().find("parameters again, in bf16"), std::string::npos);
    // every activation takes half the bytes
    Program fp32(small_net(), small_recipe(), *device_, {.rule = rule, .fixed = {}});
    double bytes = 0, fp32_bytes = 0;
    for (const OpCall& step : program.training_calls())
      if (step.pass == Pass::forward) bytes += step.cost.bytes;
    for (const OpCall& step : fp32.training_calls())
      if (step.pass == Pass::forward) fp32_bytes += step.cost.bytes;
    EXPECT_LT(bytes, 0.6 * fp32_bytes);
  }
}

TEST_P(ProgramOn, OwnTakesNoLibrary) {
  const Program program(small_net(), small_recipe(), *device_, {.rule = "own", .fixed = {}});
  for (const auto& [step, implementation] : program.implementations())
    EXPECT_EQ(implementation.find("onednn"), std::string::npos) << step;
}

TEST_P(ProgramOn, LossAndOutputsMustFit) {
  Recipe recipe = small_recipe();
  recipe.loss = LossKind::softmax;
  EXPECT_THROW(Program(small_net(), recipe, *device_), Error);
}

TEST_P(ProgramOn, MustBeBoundBeforeItRuns) {
  Program program(small_net(), small_recipe(), *device_);
  EXPECT_THROW(program.train_step(), Error);
}

INSTANTIATE_TEST_SUITE_P(Devices, ProgramOn, testing::ValuesIn(test::devices),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace gs
