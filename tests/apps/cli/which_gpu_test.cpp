// which_gpu_test.cpp - the program with a stand-in driver (tests/stand_in_cuda): a missing or unsupported GPU is
// reported before anything runs.
#if GRIDSTRIDE_WITH_CUDA
#include "tests/apps/program.h"

namespace gs::test {
namespace {

/// Environment of a machine with these GPUs, of which CUDA_VISIBLE_DEVICES selects some.
std::function<void()> machine(const char* gpus, const char* visible = nullptr, const char* driver = "99000") {
  return [=] {
    setenv("LD_LIBRARY_PATH", GRIDSTRIDE_STAND_IN_CUDA, 1);
    setenv("GRIDSTRIDE_STAND_IN_GPUS", gpus, 1);
    setenv("GRIDSTRIDE_STAND_IN_DRIVER", driver, 1);
    visible ? setenv("CUDA_VISIBLE_DEVICES", visible, 1) : unsetenv("CUDA_VISIBLE_DEVICES");
  };
}

std::vector<std::string> run_on(const std::string& device) {
  return tiny_run({"--device", device, "--epochs", "1", "--out", "run"});
}

TEST(WhichGpu, OneThatIsTooOldIsOneLineBeforeAnythingRuns) {
  const ScratchFolder folder;
  expect_one_line(run_program(folder.path(), run_on("cuda"), machine("Tesla T4:7.5")), 2,
                  {"--device cuda: GPU 0 (Tesla T4, compute capability 7.5)", "too old", "8.0 or newer"});
  EXPECT_FALSE(std::filesystem::exists(folder / "run"));
}

TEST(WhichGpu, AutoTakesTheCpuThenAndSaysWhy) {
  const ScratchFolder folder;
  const Outcome outcome = run_program(folder.path(), run_on("auto"), machine("Tesla T4:7.5"));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const auto said = lines_of(outcome.err);
  ASSERT_EQ(said.size(), 1u) << outcome.err;
  EXPECT_NE(said[0].find("--device auto takes cpu: GPU 0 (Tesla T4"), std::string::npos) << said[0];
  EXPECT_NE(text_of(folder / "run" / "run.json").find("\"name\": \"cpu\""), std::string::npos);
  const Outcome other = run_program(folder.path(), {"eval", "run"}, machine("Tesla T4:7.5,NVIDIA H200:9.0"));
  EXPECT_EQ(other.status, 0) << other.err;
  EXPECT_NE(other.err.find("--device cuda:1 is one that fits"), std::string::npos) << other.err;
}

TEST(WhichGpu, AutoSaysNothingWhereThereIsNone) {
  const ScratchFolder folder;
  for (const char* gpus : {"", "NVIDIA H200:9.0"}) {
    const Outcome outcome = run_program(folder.path(), {"bench", "lenet:1:1", "--steps", "1"}, machine(gpus, ""));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
  }
}

TEST(WhichGpu, ANumberCountsAmongThoseThatAreVisible) {
  const ScratchFolder folder;
  expect_one_line(run_program(folder.path(), run_on("cuda:2"), machine("NVIDIA H200:9.0,NVIDIA H200:9.0")), 2,
                  {"--device cuda:2: there are 2 GPUs", "cuda:0 to cuda:1", "CUDA_VISIBLE_DEVICES is unset"});
  const char* const mixed = "NVIDIA H200:9.0,Tesla T4:7.5";
  expect_one_line(run_program(folder.path(), run_on("cuda:1"), machine(mixed, "0")), 2,
                  {"--device cuda:1: there is one GPU", "CUDA_VISIBLE_DEVICES is '0'"});
  expect_one_line(run_program(folder.path(), run_on("cuda:0"), machine(mixed, "1")), 2, {"GPU 0 (Tesla T4"});
  expect_one_line(run_program(folder.path(), run_on("cuda"), machine(mixed, "7")), 2,
                  {"no GPU that CUDA can use", "CUDA_VISIBLE_DEVICES is '7'"});
}

TEST(WhichGpu, AnOldDriverIsSaid) {
  const ScratchFolder folder;
  expect_one_line(run_program(folder.path(), run_on("cuda"), machine("NVIDIA H200:9.0", nullptr, "12020")), 2,
                  {"the NVIDIA driver supports CUDA 12.2", "please install a newer driver"});
}

/// Every command with --device, before it reads images or a run's data.
TEST(WhichGpu, EveryCommandSaysIt) {
  const ScratchFolder folder;
  ASSERT_EQ(run_program(folder.path(), run_on("cpu")).status, 0);
  const std::vector<std::vector<std::string>> commands = {
      {"bench", "lenet:1:1"},
      {"profile", "lenet"},
      {"profile", "run"},
      {"eval", "run", "--data", "nowhere"},
      {"predict", "run", "nowhere.png"},
      {"lab", "--quick", "--quiet"},
      {"sweep", "lenet", "--image-size", "16", "--limit", "16", "--grid", "lr=1,2", "--quiet"}};
  for (std::vector<std::string> words : commands) {
    words.insert(words.end(), {"--device", "cuda:1"});
    expect_one_line(run_program(folder.path(), words, machine("NVIDIA H200:9.0")), 2, {"cuda:1: there is one GPU"});
  }
}

TEST(WhichGpu, DevicesListsThemAllAndWhatIsWrong) {
  const ScratchFolder folder;
  const Outcome outcome = run_program(folder.path(), {"devices"}, machine("Tesla T4:7.5,NVIDIA H200:9.0"));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  for (const char* part : {"cuda:0 not here: GPU 0 (Tesla T4", "cuda:1 not here: ", "--device auto takes cpu"})
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part << " in\n" << outcome.out;
}

TEST(WhichGpu, DevicesShowsTheLinksBetweenGpus) {
  const ScratchFolder folder;
  const auto links_of = [&](const char* gpus, const char* links, const char* nvlinks) {
    const auto prepare = [=] {
      machine(gpus)();
      setenv("GRIDSTRIDE_STAND_IN_LINKS", links, 1);
      if (nvlinks) setenv("GRIDSTRIDE_STAND_IN_NVLINKS", nvlinks, 1);
    };
    const Outcome outcome = run_program(folder.path(), {"devices"}, prepare);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    for (const std::string& line : lines_of(outcome.out))
      if (line.starts_with("  links")) return line;
    return std::string("none");
  };
  const char* const two = "NVIDIA H200:9.0,NVIDIA H200:9.0";
  const char* const three = "NVIDIA H200:9.0,NVIDIA H200:9.0,NVIDIA H200:9.0";
  EXPECT_EQ(links_of(two, "0-1:nvlink", "18"), "  links  NVLink (18 a GPU): 0-1");
  EXPECT_EQ(links_of(two, "0-1:nvlink", nullptr), "  links  NVLink: 0-1");
  EXPECT_EQ(links_of(two, "0-1:pcie", "18"), "  links  PCIe: 0-1");
  EXPECT_EQ(links_of(two, "", nullptr), "  links  by way of the host's memory: 0-1");
  EXPECT_EQ(links_of(three, "0-1:nvlink,0-2:pcie", "4"),
            "  links  NVLink (4 a GPU): 0-1; PCIe: 0-2; by way of the host's memory: 1-2");
  EXPECT_EQ(links_of(three, "0-1:nvlink,0-2:nvlink,1-2:nvlink", "12"), "  links  NVLink (12 a GPU) between all");
  EXPECT_EQ(links_of("NVIDIA H200:9.0", "", nullptr), "none");
}

TEST(WhichGpu, AListOfGpusIsCheckedBeforeAnythingStarts) {
  const ScratchFolder folder;
  const auto fails = [&](const std::vector<std::string>& words, const std::vector<std::string>& parts) {
    expect_one_line(run_program(folder.path(), words, machine("NVIDIA H200:9.0,NVIDIA H200:9.0")), 2, parts);
  };
  fails(run_on("cuda:0,0"), {"--device must list each GPU once, not 'cuda:0,0'"});
  fails(run_on("cuda:7,0"), {"--device cuda:7: there are 2 GPUs"});
  fails(run_on("cuda:0,"), {"--device must list GPUs by their numbers, as in cuda:0,1, not 'cuda:0,'"});
  fails({"bench", "lenet:16:4", "--device", "cuda:0,1"},
        {"--device must name one GPU", "only 'train', 'sweep' and 'lab' take several"});
}

}  // namespace
}  // namespace gs::test
#endif
