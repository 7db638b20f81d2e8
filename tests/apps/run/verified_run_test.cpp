// verified_run_test.cpp - `verify` finds a run equal to its record, or says what differs.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/apps/program.h"

namespace gs::test {
namespace {

using Names = std::vector<std::string>;
namespace fs = std::filesystem;

class VerifiedRun : public testing::Test {
 protected:
  Outcome run(const Names& words) const { return run_program(folder_.path(), words); }
  void train(const Names& words) const {
    const Outcome outcome = run(words);
    ASSERT_EQ(outcome.status, 0) << outcome.err;
  }
  /// A line for each of these parts, each equal, and no other line.
  void expect_equal(const std::string& name, const Names& parts) const {
    const Outcome outcome = run({"verify", name});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    const Names lines = lines_of(outcome.out);
    ASSERT_EQ(lines.size(), 1 + parts.size()) << outcome.out;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      EXPECT_TRUE(lines[1 + i].starts_with("  " + parts[i] + " ")) << outcome.out;
      EXPECT_NE(lines[1 + i].find(" equal     weights "), std::string::npos) << outcome.out;
    }
  }
  /// Replaces the first `old` in the file.
  void edit(const std::string& file, const std::string& old, const std::string& now) const {
    std::string text = text_of(folder_ / file);
    ASSERT_NE(text.find(old), std::string::npos) << text;
    write_text(folder_ / file, text.replace(text.find(old), old.size(), now));
  }
  ScratchFolder folder_;
};

TEST_F(VerifiedRun, HasEqualBits) {
  train(tiny_run({"--out", "run", "--epochs", "4"}));
  const Names before = names_in(folder_ / "run");
  expect_equal("run", {"epoch 1", "epochs 2 to 4"});
  EXPECT_EQ(names_in(folder_ / "run"), before) << "it changes nothing";
  EXPECT_EQ(run({"verify", "run", "--quiet"}).out, "");
  train(tiny_run({"--out", "short", "--epochs", "1"}));
  expect_equal("short", {"epoch 1"});
}

TEST_F(VerifiedRun, ThatWentOn) {
  train(tiny_run({"--out", "run", "--epochs", "2", "--schedule", "cosine", "--lr", "1e-3"}));
  train({"train", "--resume", "run", "--epochs", "5"});
  expect_equal("run", {"epoch 1", "epochs 4 to 5"});
  train({"train", "--resume", "run", "--epochs", "7"});
  expect_equal("run", {"epoch 1", "epoch 7"});
}

/// The learning rates of a cosine follow --epochs. This run was to go on to epoch 9, and was stopped before a step.
TEST_F(VerifiedRun, IsRepeatedWithTheFlagsOfThatTime) {
  train(tiny_run({"--out", "run", "--epochs", "4", "--schedule", "cosine", "--lr", "1e-3"}));
  nlohmann::json record = nlohmann::json::parse(text_of(folder_ / "run/run.json"));
  record["flags"]["epochs"] = "9";
  record["resumed"] = {{{"started", "2026-11-29T12:00:00Z"},
                        {"epochs", 4},
                        {"steps", 0},
                        {"changed", {{"epochs", {{"before", "4"}, {"after", "9"}}}}}}};
  write_text(folder_ / "run/run.json", record.dump());
  expect_equal("run", {"epoch 1", "epochs 2 to 4"});
}

TEST_F(VerifiedRun, ThatWasStoppedInAnEpoch) {
  const Names words = tiny_run({"--out", "run", "--train-size", "4000", "--epochs", "100000", "--batch", "8"});
  RunningProgram running(folder_.path(), words);
  const auto wait_for = [&](const char* file) {
    while (!running.ended() && !fs::exists(folder_ / file)) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  };
  wait_for("run/last.safetensors");
  running.send(SIGUSR1);
  wait_for("run/previous.safetensors");
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // for some steps
  running.send(SIGTERM);
  EXPECT_EQ(running.wait().status, 128 + SIGTERM);
  const Outcome outcome = run({"verify", "run"});
  EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
  EXPECT_EQ(lines_of(outcome.out).size(), 3u) << outcome.out;
  EXPECT_EQ(outcome.out.find("left out"), std::string::npos) << outcome.out;
}

TEST_F(VerifiedRun, DifferencesAreNamed) {
  train(tiny_run({"--out", "run", "--epochs", "3"}));
  train(tiny_run({"--out", "other", "--epochs", "3", "--lr", "0.01"}));
  fs::copy_file(folder_ / "other/previous.safetensors", folder_ / "run/previous.safetensors",
                fs::copy_options::overwrite_existing);
  Outcome outcome = run({"verify", "run"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.err.find("run has other bits than its record"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.out.find("epoch 1            equal"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("epochs 2 to 3      differs"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("epoch 3: val_loss is "), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("the weights have the checksum "), std::string::npos) << outcome.out;

  edit("other/history.csv", "\n1,0.", "\n1,1.");
  edit("other/run.json", "\"cpu\": \"", "\"cpu\": \"Not ");
  outcome = run({"verify", "other"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.out.find("epoch 1: loss is 0."), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find(", recorded is 1."), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("the CPU was Not "), std::string::npos) << outcome.out;
}

TEST_F(VerifiedRun, CannotBeRepeated) {
  train(tiny_run({"--out", "run", "--epochs", "3"}));
  expect_one_line(run({"verify"}), 2, {"which run?"});
  expect_one_line(run({"verify", "nowhere"}), 2, {"nowhere is not the folder of a run"});
  expect_one_line(run({"verify", "run", "--device", "sim"}), 2, {"--device sim: run was trained on cpu"});

  fs::copy(folder_ / "run", folder_ / "damaged");
  std::string weights = text_of(folder_ / "damaged/best.safetensors");
  weights.back() ^= 1;
  write_text(folder_ / "damaged/best.safetensors", weights);
  expect_one_line(run({"verify", "damaged", "--quiet"}), 1, {"damaged/best.safetensors", "is damaged"});

  fs::copy(folder_ / "run", folder_ / "older");
  fs::remove(folder_ / "older/previous.safetensors");
  const Outcome outcome = run({"verify", "older"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("epochs 2 to 3      left out: there is no previous.safetensors"), std::string::npos)
      << outcome.out;

  edit("older/run.json", "\"checksum\": \"", "\"checksum\": \"f");
  expect_one_line(run({"verify", "older", "--quiet"}), 1, {"older was trained on other data", "checksum"});
  edit("run/run.json", "\"finished\"", "\"running\"");
  expect_one_line(run({"verify", "run"}), 2, {"run has not ended", "'gridstride train --resume run'"});
}

}  // namespace
}  // namespace gs::test
