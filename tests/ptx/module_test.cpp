// module_test.cpp - the shipped libgridstride_cuda.so, loaded by the shipped program: symbols, fat binaries and
// registration as on a machine with a GPU. Stand-ins for libcudart and libcuda replace the GPU.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/apps/program.h"

namespace gs::test {
namespace {

Outcome run_over_stand_ins(const std::filesystem::path& folder, const std::vector<std::string>& words) {
  return run_program(folder, words, [] {
    setenv("LD_PRELOAD", GRIDSTRIDE_STAND_IN_CUDART, 1);
    setenv("LD_LIBRARY_PATH", GRIDSTRIDE_STAND_IN_CUDA, 1);
    setenv("GRIDSTRIDE_STAND_IN_GPUS", "stand-in H200:9.0", 1);
  });
}

/// The losses of history.csv, as text of four digits: the simulator's differ in the sixth.
std::string losses_of(const std::filesystem::path& run) {
  std::string losses;
  for (const std::string& line : lines_of(text_of(run / "history.csv")))
    losses += line.substr(0, line.find(',') + 7) + "\n";
  return losses;
}

TEST(ShippedModule, TrainsOverAStandInRuntime) {
  const auto losses_on = [](const std::string& device) {
    const ScratchFolder folder;
    const Outcome outcome = run_over_stand_ins(
        folder.path(),
        tiny_run({"--device", device, "--impl", "own", "--precision", "fp32", "--quiet", "--out", "run"}));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return losses_of(folder / "run");
  };
  const std::string on_cuda = losses_on("cuda");
  EXPECT_EQ(lines_of(on_cuda).size(), 3u) << on_cuda;  // the header and two epochs
  EXPECT_EQ(on_cuda, losses_on("sim"));
}

TEST(ShippedModule, TakesTheLibrariesPlans) {
  const ScratchFolder folder;
  const Outcome outcome =
      run_over_stand_ins(folder.path(), tiny_run({"--device", "cuda", "--impl", "library", "--quiet", "--out", "run"}));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(text_of(folder / "run" / "run.json").find("cudnn:eng"), std::string::npos);
}

TEST(ShippedModule, IsWhatAutoTakes) {
  const ScratchFolder folder;
  const Outcome outcome =
      run_over_stand_ins(folder.path(), tiny_run({"--device", "auto", "--impl", "own", "--quiet", "--out", "run"}));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(text_of(folder / "run" / "run.json").find("simulated GPU"), std::string::npos);
}

}  // namespace
}  // namespace gs::test
