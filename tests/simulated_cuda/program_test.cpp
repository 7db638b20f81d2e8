// program_test.cpp - the whole program on a cuda device whose runtime is simulated: its runs have the bits of `sim`.
#include <gtest/gtest.h>

#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <set>
#include <thread>

#include <nlohmann/json.hpp>

#include "engine/core/safetensors.h"
#include "tests/apps/program.h"

namespace gs::test {
namespace {

/// Weights of a run and losses of its epochs.
std::string results_of(const std::filesystem::path& folder) {
  std::string results = text_of(folder / "best.safetensors");
  for (const std::string& line : lines_of(text_of(folder / "history.csv")))
    results += line.substr(0, line.find(",1e-05,")) + '\n';  // drop the rest of the line: times
  return results;
}

/// tiny_run with 10 steps per epoch: more than one replay, and a partial last batch.
std::vector<std::string> run_of(const std::string& device, const std::string& precision,
                                const std::vector<std::string>& more = {}) {
  std::vector<std::string> words =
      tiny_run({"--device", device, "--precision", precision, "--impl", "own", "--dropout", "0.3", "--batch", "3",
                "--train-size", "29", "--val-size", "10", "--out", "run"});
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

class ProgramOnSimulatedCuda : public testing::TestWithParam<std::string> {
 protected:
  /// Trains a run in `folder`/run; returns its results_of().
  std::string train(const ScratchFolder& folder, const std::string& device, const std::vector<std::string>& more = {}) {
    const Outcome outcome = run_program(folder.path(), run_of(device, GetParam(), more));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return results_of(folder / "run");
  }
};

TEST_P(ProgramOnSimulatedCuda, TrainsLikeTheSimulator) {
  const std::string expected = train(ScratchFolder(), "sim");
  for (const char* flag : {"--quiet", "--epoch-loop"})
    EXPECT_TRUE(train(ScratchFolder(), "cuda", {flag}) == expected) << flag;
}

TEST_P(ProgramOnSimulatedCuda, EvaluatesLikeTheSimulator) {
  const auto evaluated = [&](const std::string& device) {
    const ScratchFolder folder;
    train(folder, device);
    const Outcome outcome = run_program(folder.path(), {"eval", "run", "--device", device, "--json"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome.out.substr(outcome.out.find("\"images\""));  // the part before names the device
  };
  EXPECT_EQ(evaluated("cuda"), evaluated("sim"));
}

INSTANTIATE_TEST_SUITE_P(All, ProgramOnSimulatedCuda, testing::Values("fp32", "tf32", "bf16"),
                         [](const auto& info) { return info.param; });

/// Candidates are cuDNN's plans, cuBLASLt's algorithms and own kernels; the recorded table repeats the run.
TEST_P(ProgramOnSimulatedCuda, AMeasuredTableRepeatsItsRun) {
  const ScratchFolder folder;
  const auto run_with = [&](const std::string& flag, const std::string& value, const std::string& out) {
    std::vector<std::string> words = tiny_run({"--device", "cuda", "--precision", GetParam(), flag, value});
    words.insert(words.end(), {"--out", out});
    const Outcome outcome = run_program(folder.path(), words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return results_of(folder / out);
  };
  const std::string measured = run_with("--impl", "auto", "measured");
  EXPECT_TRUE(run_with("--impl-from", "measured", "repeated") == measured);
  const std::string table = text_of(folder / "measured" / "run.json");
  EXPECT_NE(table.find("forward"), std::string::npos);
}

/// On a GPU the runs of a sweep are threads of one process with one stream each.
TEST(SweepOnSimulatedCuda, SeveralAtATimeHaveTheBitsOfOneAtATime) {
  const auto results_with = [](const std::string& jobs) {
    const ScratchFolder folder;
    std::vector<std::string> words = run_of("cuda", "tf32");
    words[0] = "sweep";
    words.insert(words.end(), {"--grid", "lr=1e-5,1e-3", "--grid", "seed=1,2", "--jobs", jobs});
    const Outcome outcome = run_program(folder.path(), words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    std::vector<std::string> results;
    for (const char* lr : {"1e-5", "1e-3"})
      for (const char* seed : {"1", "2"})
        results.push_back(
            text_of(folder / "run" / "runs" / ("lr-" + std::string(lr) + "_seed-" + seed) / "best.safetensors"));
    for (const std::string& weights : results) EXPECT_NE(weights, "");
    return results;
  };
  EXPECT_EQ(results_with("4"), results_with("1"));
}

/// Another process holds the first GPU: any use of it fails.
void first_is_held() {
  setenv("GRIDSTRIDE_SIMULATED_CUDA_HELD", "0", 1);
}

TEST(SecondOfTwoSimulatedGpus, TrainsWithTheBitsOfTheFirstAndTouchesNothingOfIt) {
  const ScratchFolder folder;
  ASSERT_EQ(run_program(folder.path(), run_of("cuda", "tf32")).status, 0);
  const std::string expected = results_of(folder / "run");
  const auto run = [&](std::vector<std::string> words) {
    const Outcome outcome = run_program(folder.path(), words, first_is_held);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.err.find("another process holds"), std::string::npos) << outcome.err;
  };
  for (const char* flag : {"--quiet", "--epoch-loop"}) {
    run(run_of("cuda:1", "tf32", {"--overwrite", flag}));
    EXPECT_TRUE(results_of(folder / "run") == expected) << flag;
  }
  run({"eval", "run", "--device", "cuda:1"});
  run({"bench", "lenet:1:1", "--steps", "1", "--impl", "own", "--device", "cuda:1"});
  const Outcome refused = run_program(folder.path(), {"eval", "run", "--device", "cuda"}, first_is_held);
  EXPECT_EQ(refused.status, 1);
  EXPECT_NE(refused.err.find("selecting the GPU: cudaErrorDevicesUnavailable"), std::string::npos) << refused.err;
}

TEST(SecondOfTwoSimulatedGpus, HasTheRunsOfASweepInThreads) {
  const ScratchFolder folder;
  std::vector<std::string> words = run_of("cuda:1", "tf32");
  words[0] = "sweep";
  words.insert(words.end(), {"--grid", "seed=1,2,3", "--jobs", "3"});
  const Outcome outcome = run_program(folder.path(), words, first_is_held);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.err.find("another process holds"), std::string::npos) << outcome.err;
  for (const char* seed : {"1", "2", "3"})
    EXPECT_NE(text_of(folder / "run" / "runs" / ("seed-" + std::string(seed)) / "best.safetensors"), "");
}

TEST(TwoSimulatedGpus, HaveTheRunsOfASweepDealtOutToThem) {
  const auto sweep_on = [](const std::string& device, const std::filesystem::path& folder,
                           const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = run_of(device, "tf32", more);
    words[0] = "sweep";
    words.insert(words.end(), {"--grid", "seed=1,2,3,4"});
    return run_program(folder, words);
  };
  const ScratchFolder one, two;
  for (const auto& [device, jobs] : {std::pair("cuda", "up to 4"), std::pair("cuda:all", "up to 8")}) {
    const Outcome plan = sweep_on(device, one.path(), {"--plan"});
    EXPECT_NE(plan.out.find(std::string("lenet, ") + jobs + " at a time"), std::string::npos) << plan.out;
  }
  ASSERT_EQ(sweep_on("cuda", one.path()).status, 0);
  const Outcome outcome = sweep_on("cuda:all", two.path());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  std::set<std::string> devices;
  for (const std::string seed : {"1", "2", "3", "4"}) {
    const std::filesystem::path run = "run/runs/seed-" + seed;
    const auto record = nlohmann::json::parse(text_of(two / run / "run.json"));
    devices.insert(record["flags"]["device"]);
    EXPECT_TRUE(text_of(two / run / "last.safetensors") == text_of(one / run / "last.safetensors")) << seed;
  }
  EXPECT_EQ(devices, (std::set<std::string>{"cuda:0", "cuda:1"}));
  // The number of the GPU is not part of a run.
  for (const char* device : {"cuda:1,0", "cuda:1"}) {
    const Outcome again = sweep_on(device, two.path());
    EXPECT_EQ(again.status, 0) << again.err;
    EXPECT_NE(again.out.find("4 of 4 runs are done already"), std::string::npos) << again.out;
  }
  expect_one_line(sweep_on("cuda:0,2", two.path()), 2, {"--device cuda:2: there are 2 GPUs"});
}

TEST(TwoSimulatedGpus, HaveTheRunsOfALab) {
  const ScratchFolder folder;
  std::ofstream(folder / "lab.json") << R"({"title": "two runs", "tasks": [{"id": "a", "title": "t", "timed_epochs": 1,
    "runs": [{"name": "one", "model": "lenet", "epochs": 2, "base": 2},
    {"name": "two", "model": "lenet", "epochs": 2, "base": 2, "optimizer": "sgd"}]}]})";
  const Outcome outcome = run_program(folder.path(), {"lab", "--lab", "lab.json", "--device", "cuda:all",
                                                      "--image-size", "16", "--limit", "16", "--out", "lab"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  std::multiset<std::string> devices;
  for (const char* part : {"runs", "timing"})
    for (const auto& run : std::filesystem::directory_iterator(folder / "lab" / part))
      devices.insert(nlohmann::json::parse(text_of(run.path() / "run.json"))["flags"]["device"]);
  EXPECT_EQ(devices, (std::multiset<std::string>{"cuda:0", "cuda:0", "cuda:0", "cuda:1"})) << "timed on the first";
}

TEST(SecondOfTwoSimulatedGpus, MayGoOnWithARunOfTheFirst) {
  const ScratchFolder folder;
  const auto train_epochs = [&](const char* epochs, const std::vector<std::string>& more) {
    std::vector<std::string> words = run_of("cuda:0", "tf32", more);
    *(std::find(words.begin(), words.end(), "--epochs") + 1) = epochs;
    const Outcome outcome = run_program(folder.path(), words);
    ASSERT_EQ(outcome.status, 0) << outcome.err;
  };
  train_epochs("4", {});
  const std::string expected = results_of(folder / "run");
  train_epochs("2", {"--overwrite"});
  const Outcome outcome =
      run_program(folder.path(), {"train", "--resume", "run", "--epochs", "4", "--device", "cuda:1"}, first_is_held);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_TRUE(results_of(folder / "run") == expected);
  expect_one_line(run_program(folder.path(), {"train", "--resume", "run", "--epochs", "5", "--device", "cpu"}), 2,
                  {"--device cpu: ", "was trained on cuda and goes on there", "as in cuda:1"});
}

TEST(SecondOfTwoSimulatedGpus, IsTheLast) {
  const ScratchFolder folder;
  expect_one_line(run_program(folder.path(), run_of("cuda:2", "tf32")), 2,
                  {"--device cuda:2: there are 2 GPUs", "cuda:0 to cuda:1"});
  const Outcome devices = run_program(folder.path(), {"devices"}, first_is_held);
  EXPECT_EQ(devices.status, 0) << devices.err;
  EXPECT_NE(devices.out.find("cuda:0 not here: selecting the GPU: cudaErrorDevicesUnavailable"), std::string::npos)
      << devices.out;
  EXPECT_NE(devices.out.find("cuda:1 simulated GPU"), std::string::npos) << devices.out;
}

// ---- a run whose weights break ----

/// As after a memory error, all filters of the first layer become NaN between two epochs. The libraries' ReLU maps its
/// output to 0, so the losses stay finite.
TEST_P(ProgramOnSimulatedCuda, WeightsThatBecomeNaNEndTheRunAndTheLayerIsNamed) {
  for (const char* loop : {"--quiet", "--epoch-loop"}) {
    const ScratchFolder folder;
    std::vector<std::string> words = tiny_run({"--device", "cuda", "--precision", GetParam(), "--impl", "library"});
    words.insert(words.end(), {"--patience", "3", "--eval-train", "--out", "run", loop});
    ASSERT_EQ(run_program(folder.path(), words).status, 0);
    const auto last = folder / "run" / "last.safetensors";
    SafeTensors file = read_safetensors(last);
    for (SafeTensor& tensor : file.tensors)
      if (tensor.name == "conv1.weight") {
        const std::vector<float> values(tensor.data.size() / sizeof(float), std::numeric_limits<float>::quiet_NaN());
        tensor = make_tensor(tensor.name, tensor.shape, values.data(), values.size());
      }
    write_safetensors(last, file);
    const Outcome outcome = run_program(folder.path(), {"train", "--resume", "run", "--epochs", "6", "--quiet"});
    expect_one_line(outcome, 1,
                    {"of the weights are NaN, Inf or beyond 2^52, though the loss is finite (epoch 3)",
                     "first in step 1 of epoch 3: conv1.weight"});
    EXPECT_EQ(nlohmann::json::parse(text_of(folder / "run" / "run.json"))["results"]["epochs"], 2);
  }
}

// ---- a GPU that fails under several runs ----

class FailingGpu : public testing::Test {
 protected:
  /// Runs of four epochs of ten steps with four optimizers; the kernels' names tell the runs apart.
  Outcome sweep(const std::string& out, const std::string& jobs, const std::string& fault,
                const std::string& device = "cuda") {
    std::vector<std::string> words =
        tiny_run({"--device", device, "--precision", "fp32", "--impl", "own", "--batch", "3", "--train-size", "29",
                  "--val-size", "10", "--epochs", "4", "--out", out, "--jobs", jobs});
    words[0] = "sweep";
    words.insert(words.end(), {"--grid", "optimizer=adam,rmsprop,sgd,adamw"});
    return run_program(folder_.path(), words, [&] {
      setenv("GRIDSTRIDE_SIMULATED_FAULT", fault.c_str(), 1);
      if (device == "cuda:1") first_is_held();
    });
  }
  std::string weights(const std::string& out, const std::string& optimizer) {
    const auto run = folder_ / out / "runs" / ("optimizer-" + optimizer);
    return text_of(run / "best.safetensors") + text_of(run / "last.safetensors");
  }
  ScratchFolder folder_;
};

/// The 15th update is in the second epoch, when there are checkpoints from which the lost runs resume.
TEST_F(FailingGpu, ASweepNamesTheGuiltyRunAndTheOthersEndAsIfNothingHadBeen) {
  ASSERT_EQ(sweep("whole", "4", "no such kernel:1").status, 0);
  for (const char* jobs : {"1", "2", "4"}) {
    SCOPED_TRACE(jobs);
    const std::string out = std::string("failed-") + jobs;
    const Outcome outcome = sweep(out, jobs, "RmspropStep:15");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(lines_of(outcome.err).back().find("gridstride: 1 of 4 runs failed: optimizer-rmsprop: "), 0u);
    EXPECT_NE(outcome.err.find("run optimizer-rmsprop made the GPU fail: "), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find("cudaErrorIllegalAddress"), std::string::npos) << outcome.err;
    const auto summary = nlohmann::json::parse(text_of(folder_ / out / "sweep.json"));
    ASSERT_EQ(summary["runs"].size(), 4u);
    EXPECT_EQ(summary["runs"][3]["run"], "optimizer-rmsprop");
    EXPECT_NE(summary["runs"][3]["failure"].get<std::string>().find("cudaErrorIllegalAddress"), std::string::npos);
    for (const auto& run : std::filesystem::directory_iterator(folder_ / out / "runs"))
      EXPECT_FALSE(std::filesystem::exists(run.path() / "run.lock")) << run.path();
    for (const char* optimizer : {"adam", "sgd", "adamw"}) {
      EXPECT_NE(weights(out, optimizer), "") << optimizer;
      EXPECT_TRUE(weights(out, optimizer) == weights("whole", optimizer)) << optimizer;
    }
  }
}

/// Two processes share the runs. Each restarts itself; both end with the table of one. The third update comes
/// before any checkpoint, so the run fails wherever it is tried.
TEST_F(FailingGpu, ProcessesThatShareASweepFindTheGuiltyRun) {
  ASSERT_EQ(sweep("whole", "4", "no such kernel:1").status, 0);
  Outcome other;
  std::jthread in_another([&] { other = sweep("shared", "2", "RmspropStep:3"); });
  const Outcome outcome = sweep("shared", "2", "RmspropStep:3");
  in_another.join();
  for (const Outcome& one : {outcome, other}) {
    EXPECT_EQ(one.status, 1);
    EXPECT_EQ(lines_of(one.err).back().find("gridstride: 1 of 4 runs failed: optimizer-rmsprop: "), 0u) << one.err;
  }
  for (const char* optimizer : {"adam", "sgd", "adamw"})
    EXPECT_TRUE(weights("shared", optimizer) == weights("whole", optimizer)) << optimizer;
}

/// Two runs have the fault, and both are found; the first GPU, which another process holds, is not used.
TEST_F(FailingGpu, EveryGuiltyRunIsFound) {
  const Outcome outcome = sweep("sweep", "3", "AdamStep:3", "cuda:1");  // adamw has it, too
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err.find("another process holds"), std::string::npos) << outcome.err;
  EXPECT_EQ(lines_of(outcome.err).back().find("gridstride: 2 of 4 runs failed: the first, optimizer-adam: "), 0u);
  for (const char* run : {"adam", "adamw"})
    EXPECT_NE(outcome.err.find(std::string("run optimizer-") + run + " made the GPU fail"), std::string::npos) << run;
  for (const char* run : {"rmsprop", "sgd"}) EXPECT_NE(weights("sweep", run), "") << run;
}

TEST_F(FailingGpu, ALabGoesOnWithItsOtherRuns) {
  std::ofstream(folder_ / "lab.json") << R"({"title": "three runs", "tasks": [{"id": "a", "title": "t", "runs": [
    {"name": "one", "model": "lenet", "epochs": 2, "base": 2},
    {"name": "two", "model": "lenet", "epochs": 2, "base": 2, "optimizer": "rmsprop"},
    {"name": "three", "model": "lenet", "epochs": 2, "base": 2, "optimizer": "sgd"}]}]})";
  const Outcome outcome = run_program(folder_.path(),
                                      {"lab", "--lab", "lab.json", "--device", "cuda", "--image-size", "16", "--limit",
                                       "16", "--jobs", "3", "--out", "lab"},
                                      [] { setenv("GRIDSTRIDE_SIMULATED_FAULT", "RmspropStep:1", 1); });
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(lines_of(outcome.err).back().find("optimizer-rmsprop-seed1: "), std::string::npos) << outcome.err;
  int finished = 0;
  for (const auto& run : std::filesystem::directory_iterator(folder_ / "lab/runs"))
    finished += nlohmann::json::parse(text_of(run.path() / "run.json"))["status"] == "finished";
  EXPECT_EQ(finished, 2);
}

}  // namespace
}  // namespace gs::test
