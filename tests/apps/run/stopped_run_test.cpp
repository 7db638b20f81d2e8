// stopped_run_test.cpp - runs that are stopped by a signal or a time, and go on with the same bits.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "engine/train/history_csv.h"
#include "tests/apps/program.h"

namespace gs::test {
namespace {

using Names = std::vector<std::string>;

class StoppedRun : public testing::Test {
 protected:
  /// Some seconds of 40 epochs, 500 steps each.
  static Names long_run(const Names& more, const std::string& epochs = "40") {
    Names words{"train",  "lenet",      "--base",    "2",        "--image-size", "16",       "--train-size",
                "4000",   "--val-size", "16",        "--epochs", epochs,         "--device", "cpu",
                "--impl", "default",    "--threads", "1",        "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  Outcome run(const Names& words) const { return run_program(folder_.path(), words); }
  nlohmann::json record(const std::string& name) const {
    return nlohmann::json::parse(text_of(folder_ / name / "run.json"));
  }
  /// Waits for the first checkpoint and some steps, sends the signal and waits for the end.
  Outcome stopped(const std::string& name, int signal) const {
    RunningProgram running(folder_.path(), long_run({"--out", name}));
    const auto exists = [&](const char* file) { return std::filesystem::exists(folder_ / name / file); };
    EXPECT_TRUE(soon([&] { return running.ended() || (exists("last.safetensors") && !exists("commit")); }));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    running.send(signal);
    return running.wait();
  }
  void expect_like_whole(const std::string& name) const {
    for (const char* file : {"last.safetensors", "best.safetensors", "predictions.safetensors"})
      EXPECT_EQ(text_of(folder_ / name / file), text_of(folder_ / "whole" / file)) << file;
    const auto here = parse_history_csv(text_of(folder_ / name / "history.csv"));
    const auto whole = parse_history_csv(text_of(folder_ / "whole" / "history.csv"));
    ASSERT_EQ(here.size(), whole.size());
    for (std::size_t i = 0; i < here.size(); ++i) {
      EXPECT_EQ(here[i].loss, whole[i].loss) << "epoch " << i + 1;
      EXPECT_EQ(here[i].accuracy, whole[i].accuracy) << "epoch " << i + 1;
      EXPECT_EQ(here[i].val_loss, whole[i].val_loss) << "epoch " << i + 1;
    }
    EXPECT_EQ(record(name)["status"], "finished");
    EXPECT_EQ(record(name)["evaluation"], record("whole")["evaluation"]);
  }
  ScratchFolder folder_;
};

TEST_F(StoppedRun, GoesOnInTheMiddleOfAnEpochWithTheSameBits) {
  ASSERT_EQ(run(long_run({"--out", "whole"})).status, 0);
  bool inside = false;
  std::vector<std::pair<std::string, int>> signals{{"int", SIGINT}, {"term", SIGTERM}, {"hup", SIGHUP}};
  for (std::size_t i = 0; i < signals.size(); ++i) {
    const auto [name, signal] = signals[i];
    const Outcome outcome = stopped(name, signal);
    EXPECT_EQ(outcome.status, 128 + signal);
    EXPECT_EQ(lines_of(outcome.err).size(), 1u) << outcome.err;
    EXPECT_NE(outcome.err.find("'gridstride train --resume " + name + "' goes on"), std::string::npos) << outcome.err;
    EXPECT_EQ(record(name)["status"], "interrupted");
    const Outcome resumed = run({"train", "--resume", name, "--quiet"});
    EXPECT_EQ(resumed.status, 0) << resumed.err;
    expect_like_whole(name);
    const nlohmann::json once = record(name)["resumed"].at(0);
    EXPECT_EQ(once["changed"], nlohmann::json::object());
    EXPECT_GT(once["epochs"].get<int>(), 0);
    inside = inside || once["steps"].get<int>() > 0;
    // A signal may come between two epochs, and on a busy machine several do.
    if (!inside && i + 1 == signals.size() && i < 12) signals.emplace_back("more" + std::to_string(i), SIGINT);
  }
  EXPECT_TRUE(inside) << "each signal came between two epochs";
}

TEST_F(StoppedRun, StopsAfterATimeAsOftenAsAsked) {
  ASSERT_EQ(run(long_run({"--out", "whole"})).status, 0);
  Outcome outcome = run(long_run({"--out", "parts", "--stop-after", "0.3s"}));
  // Longer each time: the time that loading takes counts, too, and other tests run beside this one.
  int times = 1;
  for (; outcome.status == 75 && times < 30; ++times)
    outcome = run({"train", "--resume", "parts", "--quiet", "--stop-after", std::to_string(times) + "s"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_GT(times, 1);
  expect_like_whole("parts");
  EXPECT_EQ(record("parts")["resumed"].size(), std::size_t(times - 1));
  EXPECT_FALSE(record("parts")["flags"].contains("stop-after")) << "it is of one start";
  for (const char* wrong : {"3", "h", "3m2h", "1s1s", "0s", "1e9h", "nan s"})
    expect_one_line(run(long_run({"--out", "never", "--stop-after", wrong})), 2, {"--stop-after", "3h30m", wrong});
}

TEST_F(StoppedRun, WritesACheckpointWhenAskedAndGoesOn) {
  RunningProgram running(folder_.path(), long_run({"--out", "run"}, "100000"));
  const auto last = folder_ / "run/last.safetensors";
  ASSERT_TRUE(soon([&] { return std::filesystem::exists(last); }));
  const std::string before = text_of(last);
  running.send(SIGUSR1);
  EXPECT_TRUE(soon([&] { return text_of(last) != before; }));
  EXPECT_FALSE(running.ended());
  running.send(SIGTERM);
  EXPECT_EQ(running.wait().status, 128 + SIGTERM);
}

TEST_F(StoppedRun, HasOneProcessAtATime) {
  RunningProgram running(folder_.path(), long_run({"--out", "run"}, "100000"));
  ASSERT_TRUE(soon([&] { return std::filesystem::exists(folder_ / "run/last.safetensors"); }));
  expect_one_line(run({"train", "--resume", "run"}), 2, {"run is being written by process", "lenet"});
  expect_one_line(run(long_run({"--out", "run", "--overwrite"})), 2, {"run is being written by process"});
  running.send(SIGKILL);
  running.wait();
  const Outcome resumed = run({"train", "--resume", "run", "--epochs", "40", "--quiet"});
  EXPECT_TRUE(resumed.status == 0 || resumed.err.find("already") != std::string::npos) << resumed.err;
}

TEST_F(StoppedRun, ChangedFlagsAreRecorded) {
  ASSERT_EQ(run(tiny_run({"--out", "run"})).status, 0);
  ASSERT_EQ(run({"train", "--resume", "run", "--epochs", "3"}).status, 0);
  ASSERT_EQ(run({"train", "--resume", "run", "--epochs", "5", "--threads", "2"}).status, 0);
  const nlohmann::json resumed = record("run")["resumed"];
  ASSERT_EQ(resumed.size(), 2u);
  EXPECT_EQ(resumed[0]["epochs"], 2);
  EXPECT_EQ(resumed[0]["changed"], nlohmann::json({{"epochs", {{"before", "2"}, {"after", "3"}}}}));
  EXPECT_EQ(resumed[1]["epochs"], 3);
  EXPECT_EQ(resumed[1]["changed"], nlohmann::json({{"epochs", {{"before", "3"}, {"after", "5"}}},
                                                   {"threads", {{"before", "1"}, {"after", "2"}}}}));
}

TEST_F(StoppedRun, ThatStoppedEarlyIsNotTrainedFurther) {
  ASSERT_EQ(run(tiny_run({"--out", "run", "--epochs", "40", "--lr", "0.02", "--patience", "2"})).status, 0);
  const std::string history = text_of(folder_ / "run/history.csv");
  expect_one_line(run({"train", "--resume", "run", "--epochs", "60"}), 2,
                  {"run stopped early", "2 epochs", "--patience 0, or more, goes on"});
  EXPECT_EQ(text_of(folder_ / "run/history.csv"), history);
  const int epochs = record("run")["results"]["epochs"];
  const std::string more = std::to_string(epochs + 1);
  ASSERT_EQ(run({"train", "--resume", "run", "--epochs", more, "--patience", "0", "--quiet"}).status, 0);
  EXPECT_EQ(record("run")["results"]["epochs"], epochs + 1);
}

TEST_F(StoppedRun, AScheduleThatIsExtendedIsSaid) {
  ASSERT_EQ(run(tiny_run({"--out", "run", "--epochs", "2", "--lr", "0.001", "--schedule", "cosine"})).status, 0);
  const Outcome resumed = run({"train", "--resume", "run", "--epochs", "6", "--quiet"});
  EXPECT_EQ(resumed.status, 0);
  EXPECT_NE(resumed.err.find("--epochs 6: the cosine schedule now ends there, so the learning rate goes from 0.0005 in "
                             "epoch 2 of 2 to 0.00075 in epoch 3"),
            std::string::npos)
      << resumed.err;
}

TEST_F(StoppedRun, AFlippedBitIsNamed) {
  ASSERT_EQ(run(tiny_run({"--out", "run"})).status, 0);
  std::string weights = text_of(folder_ / "run/last.safetensors");
  weights.back() ^= 1;
  write_text(folder_ / "run/last.safetensors", weights);
  expect_one_line(run({"train", "--resume", "run", "--epochs", "3"}), 1,
                  {"run/last.safetensors", "tensor 'moment2/", "is damaged"});
}

}  // namespace
}  // namespace gs::test
