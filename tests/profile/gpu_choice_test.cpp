// gpu_choice_test.cpp - the GPU that a build chooses on made-up machines, and the error if none fits.
#include "engine/device/gpu_choice.h"

#include <gtest/gtest.h>

#include "engine/core/error.h"
#include "engine/device/device_name.h"
#include "tests/support/errors.h"

namespace gs::test {
namespace {

const CudaBuild for_all{13000, "80-virtual 90"};

DriverState machine_with(const std::vector<DriverGpu>& gpus, int cuda = 13000) {
  return {.library = true, .cuda = cuda, .start_error = gpus.empty() ? 100 : 0, .gpus = gpus};
}

const DriverGpu t4{"Tesla T4", 7, 5}, a100{"NVIDIA A100", 8, 0}, l4{"NVIDIA L4", 8, 9}, h200{"NVIDIA H200", 9, 0},
    b200{"NVIDIA B200", 10, 0}, rtx5090{"NVIDIA GeForce RTX 5090", 12, 0};

void expect_no(const std::string& why, const std::vector<std::string>& parts) {
  EXPECT_NE(why, "");
  EXPECT_EQ(why.find('\n'), why.npos) << why;
  for (const std::string& part : parts) EXPECT_NE(why.find(part), why.npos) << "no '" << part << "' in: " << why;
}

TEST(GpuChoice, ABuildForAllServesEveryGpuFrom80On) {
  for (const DriverGpu& gpu : {a100, l4, h200, b200, rtx5090})
    EXPECT_EQ(why_not_gpu(machine_with({gpu}), for_all, 0, "unset"), "") << gpu.name;
}

TEST(GpuChoice, OneThatIsTooOldIsSaidAndNoBuildIsAdvised) {
  const std::string why = why_not_gpu(machine_with({t4}), for_all, 0, "unset");
  expect_no(why, {"GPU 0 (Tesla T4, compute capability 7.5)", "too old", "8.0 or newer"});
  EXPECT_EQ(why.find("cmake"), why.npos) << why;
}

TEST(GpuChoice, ABuildForAnotherGpuSaysHowToBuildForThisOne) {
  expect_no(why_not_gpu(machine_with({h200, a100}), {13000, "90"}, 1, "unset"),
            {"GPU 1 (NVIDIA A100, compute capability 8.0)", "code for 90 only",
             "cmake -DCMAKE_CUDA_ARCHITECTURES='90;80' build && ninja -C build"});
  EXPECT_EQ(why_not_gpu(machine_with({rtx5090}), {13000, "90"}, 0, "unset"), "") << "PTX for 90 serves it";
  expect_no(why_not_gpu(machine_with({rtx5090}), {13000, "90-real"}, 0, "unset"), {"90-real only", "'90-real;120'"});
}

TEST(GpuChoice, ANumberThatIsNotThereSaysHowManyThereAre) {
  expect_no(why_not_gpu(machine_with({h200, h200}), for_all, 2, "unset"),
            {"there are 2 GPUs", "cuda:0 to cuda:1", "CUDA_VISIBLE_DEVICES is unset"});
  expect_no(why_not_gpu(machine_with({h200}), for_all, 1, "3"),
            {"there is one GPU", "cuda:0", "CUDA_VISIBLE_DEVICES is '3'"});
  expect_no(why_not_gpu(machine_with({}), for_all, 0, ""), {"no GPU that CUDA can use", "CUDA_VISIBLE_DEVICES is ''"});
  expect_no(why_not_gpu(machine_with({}), for_all, 0, "unset"), {"no GPU that CUDA can use"});
}

TEST(GpuChoice, TheDriverMustKnowTheToolkitsGeneration) {
  expect_no(why_not_gpu({}, for_all, 0, "unset"), {"no NVIDIA driver"});
  expect_no(why_not_gpu(machine_with({h200}, 12080), for_all, 0, "unset"), {"CUDA 12.8", "needs 13.0"});
  EXPECT_EQ(why_not_gpu(machine_with({h200}, 12040), {12080, "80-virtual 90"}, 0, "unset"), "");
  expect_no(why_not_gpu(machine_with({h200}, 12030), {12040, "80-virtual 90"}, 0, "unset"), {"needs 12.4"});
  EXPECT_EQ(why_not_gpu(machine_with({h200}, 13000), {12040, "80-virtual 90"}, 0, "unset"), "");
}

/// A driver compiles PTX only from toolkits no newer than itself.
TEST(GpuChoice, CompilingNeedsADriverAsNewAsTheToolkit) {
  const DriverState older = machine_with({a100, h200}, 13000);
  const CudaBuild newer{13010, "80-virtual 90"};
  expect_no(why_not_gpu(older, newer, 0, "unset"), {"CUDA 13.0", "GPU 0 (NVIDIA A100", "needs 13.1"});
  EXPECT_EQ(why_not_gpu(older, newer, 1, "unset"), "") << "there is code for it";
}

TEST(GpuChoice, ADriverThatDoesNotStartIsSaid) {
  expect_no(why_not_gpu({.library = true, .cuda = 13000, .start_error = 802, .gpus = {}}, for_all, 0, "unset"),
            {"error 802", "gridstride devices"});
}

TEST(DeviceNames, AreAKindAndANumber) {
  EXPECT_EQ(parse_device_name("cuda").gpu, 0);
  EXPECT_EQ(parse_device_name("cuda").kind, "cuda");
  EXPECT_EQ(parse_device_name("cuda:12").gpu, 12);
  EXPECT_EQ(parse_device_name("cuda:12").kind, "cuda");
  for (const char* kind : {"auto", "cpu", "sim"}) EXPECT_EQ(parse_device_name(kind).kind, kind);
}

TEST(DeviceNames, OthersAreOneLine) {
  for (const char* text : {"cuda:", "cuda:-1", "cuda:x", "cuda:1x", "cuda: 1", "cuda:99999999999"})
    EXPECT_TRUE(
        refuses<UsageError>([&] { parse_device_name(text); }, {"--device must name a GPU by its number", text}));
  EXPECT_EQ(parse_gpu_list("cuda:2,0"), (std::vector<int>{2, 0}));
  EXPECT_EQ(parse_gpu_list("cuda:all"), std::vector<int>());
  for (const char* text : {"auto", "cpu", "cuda", "cuda:1"}) EXPECT_EQ(parse_gpu_list(text), std::nullopt) << text;
  for (const char* text : {"cuda:0,", "cuda:,1", "cuda:0,x", "cuda:0,-1"})
    EXPECT_TRUE(refuses<UsageError>([&] { parse_gpu_list(text); }, {"--device must list GPUs by their numbers", text}));
  EXPECT_TRUE(refuses<UsageError>([&] { parse_gpu_list("cuda:1,0,1"); }, {"--device must list each GPU once"}));
  for (const char* text : {"cuda:0,1", "cuda:all"})
    EXPECT_TRUE(refuses<UsageError>([&] { parse_device_name(text); }, {"--device must name one GPU", text}));
  for (const char* text : {"", "gpu", "cpu:1", "CUDA"})
    EXPECT_TRUE(refuses<UsageError>([&] { parse_device_name(text); }, {"--device must be one of auto, cuda", text}));
}

}  // namespace
}  // namespace gs::test
