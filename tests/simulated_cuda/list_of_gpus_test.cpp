// list_of_gpus_test.cpp - `train --device cuda:0,1` starts a process a GPU, which train as one GPU does.
#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/apps/program.h"
#include "tests/support/compare.h"

namespace gs::test {
namespace {

void three_gpus() {
  setenv("GRIDSTRIDE_SIMULATED_GPUS", "3", 1);
}

/// 10 steps per epoch, the last with 2 of 3 images, unless `more` says otherwise.
std::vector<std::string> run_on(const std::string& device, const std::vector<std::string>& more = {}) {
  std::vector<std::string> words = more;
  const auto add_default = [&](const char* flag, const char* value) {
    if (std::ranges::count(more, flag) == 0) words.insert(words.end(), {flag, value});
  };
  for (const auto& [flag, value] :
       {std::pair("--precision", "fp32"), std::pair("--impl", "own"), std::pair("--batch", "3"),
        std::pair("--train-size", "29"), std::pair("--val-size", "10"), std::pair("--lr", "1e-3"),
        std::pair("--out", "run")})
    add_default(flag, value);
  words.insert(words.end(), {"--device", device});
  return tiny_run(words);
}

/// Numbers of history.csv: of each epoch its loss, accuracy and those of validation.
std::vector<float> numbers_of(const std::filesystem::path& run) {
  std::vector<float> numbers;
  const std::vector<std::string> lines = lines_of(text_of(run / "history.csv"));
  for (std::size_t i = 1; i < lines.size(); ++i) {
    std::istringstream in(lines[i]);
    std::string word;
    for (int column = 0; std::getline(in, word, ',') && column < 5; ++column) numbers.push_back(std::stof(word));
  }
  return numbers;
}

struct Trained {
  std::vector<float> numbers;
  std::string weights;
};
Trained train_on(const std::string& device, const std::vector<std::string>& more = {}) {
  const ScratchFolder folder;
  const Outcome outcome = run_program(folder.path(), run_on(device, more), three_gpus);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  return {numbers_of(folder / "run"), text_of(folder / "run" / "last.safetensors")};
}

/// Processes that `parent` has started.
std::vector<int> children_of(int parent) {
  std::vector<int> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream in(entry.path() / "stat");
    std::string process, name, state;
    int of = 0;
    if (in >> process >> name >> state >> of && of == parent) found.push_back(std::stoi(process));
  }
  return found;
}

TEST(ListOfGpus, TrainsLikeOneGpuAndWithTheSameBitsTwice) {
  const Trained alone = train_on("cuda");
  ASSERT_GT(alone.numbers.size(), 0u);
  for (const char* list : {"cuda:0,1", "cuda:all", "cuda:2,0"}) {
    SCOPED_TRACE(list);
    const Trained together = train_on(list);
    EXPECT_TRUE(agree(together.numbers, widen(alone.numbers), 1e-4));
    EXPECT_NE(together.weights, alone.weights) << "sums in another order";
    EXPECT_TRUE(train_on(list).weights == together.weights);
  }
}

TEST(ListOfGpus, OfOneIsThatGpu) {
  const Trained alone = train_on("cuda");
  const ScratchFolder folder;
  const Outcome outcome = run_program(folder.path(), run_on("cuda:all"),
                                      [] { setenv("GRIDSTRIDE_SIMULATED_GPUS", "1", 1); });
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_TRUE(text_of(folder / "run" / "last.safetensors") == alone.weights);
}

TEST(ListOfGpus, StopsAndGoesOnWithTheSameBits) {
  const Trained whole = train_on("cuda:0,1", {"--epochs", "4"});
  for (const char* device : {"cuda:0,1", "cuda:2,1"}) {
    const ScratchFolder folder;
    ASSERT_EQ(run_program(folder.path(), run_on("cuda:0,1", {"--epochs", "2"}), three_gpus).status, 0);
    const Outcome outcome =
        run_program(folder.path(), {"train", "--resume", "run", "--epochs", "4", "--device", device}, three_gpus);
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_TRUE(text_of(folder / "run" / "last.safetensors") == whole.weights) << device;
  }
}

TEST(ListOfGpus, TrainsRunsThatOneProcessReads) {
  const ScratchFolder folder;
  ASSERT_EQ(run_program(folder.path(), run_on("cuda:0,1"), three_gpus).status, 0);
  for (const char* command : {"eval", "verify"}) {
    const Outcome outcome = run_program(folder.path(), {command, "run"}, three_gpus);
    EXPECT_EQ(outcome.status, 0) << command << ": " << outcome.err;
  }
}

TEST(ListOfGpus, EndsIfAProcessIsKilled) {
  for (const bool first : {false, true}) {
    const ScratchFolder folder;
    RunningProgram program(folder.path(), run_on("cuda:0,1,2", {"--epochs", "5000"}), three_gpus);
    std::vector<int> others;
    while (!program.ended() && (others.size() < 2 || !std::filesystem::exists(folder / "run" / "history.csv"))) {
      others = children_of(program.process());
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ASSERT_EQ(others.size(), 2u);
    kill(first ? program.process() : others[0], SIGKILL);
    const Outcome outcome = program.wait();
    if (!first) {
      EXPECT_EQ(outcome.status, 1);
      const std::vector<std::string> said = lines_of(outcome.err);
      ASSERT_FALSE(said.empty());
      EXPECT_TRUE(said.back().starts_with("gridstride: rank ") && said.back().ends_with(" has died")) << outcome.err;
    }
    for (const int other : others) {  // they end, too
      int tenths = 0;
      while (kill(other, 0) == 0 && ++tenths < 300) std::this_thread::sleep_for(std::chrono::milliseconds(100));
      EXPECT_LT(tenths, 300) << other;
    }
  }
}

TEST(ListOfGpus, SaysOnceWhatIsWrong) {
  const ScratchFolder folder;
  for (const auto& [words, part] : {std::pair(run_on("cuda:0,1", {"--epoch-loop"}), "--epoch-loop needs one process"),
                                    std::pair(run_on("cuda:0,1", {"--profile"}), "--profile on cuda needs one process"),
                                    std::pair(run_on("cuda:0,1", {"--batch", "1"}), "batch"),
                                    std::pair(run_on("cuda:0,1", {"--class-weight", "nonsense"}), "--class-weight")})
    expect_one_line(run_program(folder.path(), words, three_gpus), 2, {part});
}

}  // namespace
}  // namespace gs::test
