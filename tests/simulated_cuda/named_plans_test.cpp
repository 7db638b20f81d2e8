// named_plans_test.cpp - a cuDNN plan, named with its knobs, is found again by a program, --impl and --impl-from.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "engine/layers/conv2d.h"
#include "engine/library/library.h"
#include "engine/library/simulated_cudnn_graph.h"
#include "engine/program/program.h"
#include "models/models.h"
#include "tests/apps/program.h"

namespace gs::test {
namespace {

constexpr Shape input{16, 16, 1};  // as tiny_run's

/// Names of conv2's forward plans, with the problem that the program passes to the library.
std::vector<std::string> plans_of_conv2(Device& gpu, const Net& net, int batch) {
  for (const Layer& layer : net.layers)
    if (layer.name == "conv2") {
      Conv2d problem = convolution_of(layer, batch).value();
      problem.relu = true;
      std::vector<std::string> names;
      for (const auto& i : gpu.library()->fp32().conv2d_forward(problem)) names.push_back(i.name);
      return names;
    }
  return {};
}

TEST(NamedPlans, EachIsFoundAgainByAProgram) {
  const auto gpu = open_device({.name = "cuda", .tf32 = true});
  const Net net = lenet({.input = input, .base = 8});
  Recipe recipe;
  recipe.batch = 4;
  recipe.precision = Precision::tf32;
  const std::vector<std::string> names = plans_of_conv2(*gpu, net, recipe.batch);
  std::set<std::string> engines;
  for (const std::string& name : names) {
    engines.insert(name.substr(0, name.find('{')));
    const Program program(net, recipe, *gpu, {.fixed = {{"conv2", name}}});
    EXPECT_EQ(program.implementations().at("conv2 forward"), name);
  }
  EXPECT_LT(engines.size(), names.size()) << "no engine has two plans";
}

/// A convolution with groups has plans of the whole and plans that are called once per group; the default is one of the
/// whole.
TEST(NamedPlans, OfGroupsAreOneOrOnePerGroup) {
  const auto gpu = open_device({.name = "cuda", .tf32 = true});
  const Net net = alexnet2012({.input = {80, 80, 3}, .base = 6});
  Recipe recipe;
  recipe.batch = 2;
  recipe.precision = Precision::tf32;
  const auto apart = [](const std::string& name) { return name.starts_with("cudnn:apart:"); };
  const std::vector<std::string> names = plans_of_conv2(*gpu, net, recipe.batch);
  ASSERT_FALSE(names.empty());
  EXPECT_FALSE(apart(names.front()));
  EXPECT_TRUE(apart(names.back()));
  EXPECT_TRUE(std::ranges::is_partitioned(names, [&](const std::string& name) { return !apart(name); }));
  EXPECT_EQ(Program(net, recipe, *gpu).implementations().at("conv2 forward"), names.front());
  const Program program(net, recipe, *gpu, {.fixed = {{"conv2", names.back()}}});
  EXPECT_EQ(program.implementations().at("conv2 forward"), names.back());
}

/// A library that has no plan for tensors with gaps must not cost the convolution its other plans.
TEST(NamedPlans, OfGroupsAreOfTheWholeIfCudnnRefusesTheTensorsOfOne) {
  const auto gpu = open_device({.name = "cuda"});
  const Conv2d grouped{.n = 2, .h = 5, .w = 6, .c = 8, .k = 8, .r = 3, .s = 3, .pad = 1, .groups = 2};
  const auto names = [&] {
    std::vector<std::string> all;
    for (const auto& i : gpu->library()->fp32().conv2d_forward(grouped)) all.push_back(i.name);
    return all;
  };
  std::vector<std::string> of_the_whole = names();
  EXPECT_GT(std::erase_if(of_the_whole, [](const auto& name) { return name.starts_with("cudnn:apart:"); }), 0u);
  EXPECT_FALSE(of_the_whole.empty());
  simulated_cuda::refuses_tensors_with_gaps = true;
  EXPECT_NO_THROW(EXPECT_EQ(names(), of_the_whole));
  simulated_cuda::refuses_tensors_with_gaps = false;
}

/// One call after another for each channel of a depthwise convolution cannot win.
TEST(NamedPlans, OfManyGroupsAreNotApart) {
  const auto gpu = open_device({.name = "cuda"});
  const Conv2d depthwise{.n = 2, .h = 5, .w = 6, .c = 9, .k = 9, .r = 3, .s = 3, .pad = 1, .groups = 9};
  const auto list = gpu->library()->fp32().conv2d_forward(depthwise);
  EXPECT_FALSE(list.empty());
  for (const auto& i : list) EXPECT_TRUE(i.name.starts_with("cudnn:eng")) << i.name;
}

TEST(NamedPlans, AreFoundAgainByTheFlags) {
  const auto gpu = open_device({.name = "cuda", .tf32 = true});
  const std::vector<std::string> names = plans_of_conv2(*gpu, lenet({.input = input, .base = 2}), 4);
  const auto with_knobs = std::find_if(names.rbegin(), names.rend(),
                                       [](const std::string& name) { return name.find('=') != std::string::npos; });
  ASSERT_NE(with_knobs, names.rend());
  const ScratchFolder folder;
  const auto run_with = [&](const std::string& flag, const std::string& value, const std::string& out) {
    std::vector<std::string> words =
        tiny_run({"--device", "cuda", "--precision", "tf32", "--batch", "4", flag, value, "--out", out});
    const Outcome outcome = run_program(folder.path(), words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_NE(text_of(folder / out / "run.json").find("\"conv2 forward\": \"" + *with_knobs + "\""), std::string::npos)
        << *with_knobs;
    return text_of(folder / out / "best.safetensors");
  };
  const std::string named = run_with("--impl", "conv1=direct,conv2=" + *with_knobs, "named");
  EXPECT_TRUE(run_with("--impl-from", "named", "repeated") == named);
}

}  // namespace
}  // namespace gs::test
