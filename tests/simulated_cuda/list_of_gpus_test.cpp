// list_of_gpus_test.cpp - `train --device cuda:0,1` starts a process a GPU, which train as one GPU does.
#include <algorithm>
#include <csignal>
#include <fstream>
#include <regex>
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

TEST(ListOfGpus, NormalisesByTheWholeBatchIfAsked) {
  const auto losses_on = [](const std::string& device, const std::vector<std::string>& more) {
    const ScratchFolder folder;
    std::vector<std::string> words = run_on(device, more);
    words[1] = "resnet";
    words.insert(words.end(), {"--depth", "8"});
    const Outcome outcome = run_program(folder.path(), words, three_gpus);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return numbers_of(folder / "run");
  };
  const std::vector<float> alone = losses_on("cuda:0", {}), together = losses_on("cuda:0,1", {"--sync-batchnorm"});
  ASSERT_GT(alone.size(), 0u);
  EXPECT_TRUE(agree(together, widen(alone), 1e-3));
  EXPECT_FALSE(agree(losses_on("cuda:0,1", {}), widen(alone), 1e-3)) << "the statistics of each rank's rows";
}

TEST(ListOfGpus, OfOneIsThatGpu) {
  const Trained alone = train_on("cuda");
  const ScratchFolder folder;
  const Outcome outcome =
      run_program(folder.path(), run_on("cuda:all"), [] { setenv("GRIDSTRIDE_SIMULATED_GPUS", "1", 1); });
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

/// A run on three GPUs in which a process is lost in the middle of training.
class LossOfAProcess {
 public:
  LossOfAProcess(bool first, int signal)
      : first_(first), program_(folder_.path(), run_on("cuda:0,1,2", {"--epochs", "5000"}), three_gpus) {
    while (!program_.ended() && (others_.size() < 2 || !std::filesystem::exists(folder_ / "run" / "history.csv"))) {
      others_ = children_of(program_.process());
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    EXPECT_EQ(others_.size(), 2u);
    if (others_.size() == 2) kill(first ? program_.process() : others_[0], signal);
  }

  /// No process is left, and one of them has said this, once.
  void expect_end(const std::string& how) {
    EXPECT_EQ(program_.wait().status, first_ ? 128 + SIGKILL : 1);
    for (const int other : others_) {
      int tenths = 0;
      while (kill(other, 0) == 0 && ++tenths < 300) std::this_thread::sleep_for(std::chrono::milliseconds(100));
      EXPECT_LT(tenths, 300) << other;
    }
    const std::string err = program_.wait().err;  // with what the others have said
    std::vector<std::string> said = lines_of(err);
    std::erase_if(said, [](const std::string& line) { return !line.starts_with("gridstride: "); });
    ASSERT_EQ(said.size(), 1u) << err;
    const std::regex wanted("gridstride: rank " + std::string(first_ ? "0" : "[12]") + " on [^ ]+ " + how);
    EXPECT_TRUE(std::regex_match(said[0], wanted)) << said[0];
  }

 private:
  ScratchFolder folder_;
  bool first_;  ///< rank 0 is lost
  RunningProgram program_;
  std::vector<int> others_;
};

TEST(ListOfGpus, EndsIfAProcessIsKilled) {
  for (const bool first : {false, true}) LossOfAProcess(first, SIGKILL).expect_end("has died");
}

TEST(ListOfGpus, EndsIfAProcessHangs) {
  LossOfAProcess one(false, SIGSTOP), rank_0(true, SIGSTOP);  // at once: it takes 15 s
  const auto stopped = std::chrono::steady_clock::now();
  one.expect_end("has not answered for 15 s");
  rank_0.expect_end("has not answered for 15 s");
  EXPECT_LT(std::chrono::steady_clock::now() - stopped, std::chrono::seconds(30));
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
