// program_test.cpp - whole runs with nvcc's kernels, interpreted, compared with the same runs in the simulator.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>

#include "tests/apps/program.h"

namespace gs::test {
namespace {

struct TinyRun {
  std::string model, precision;
  bool epoch_loop = false;
  friend std::ostream& operator<<(std::ostream& out, const TinyRun& run) {
    return out << run.model << '_' << run.precision << (run.epoch_loop ? "_epoch_loop" : "");
  }
};

/// The losses and accuracies of history.csv, epoch by epoch.
std::vector<std::vector<double>> history_of(const std::filesystem::path& run) {
  std::vector<std::vector<double>> rows;
  for (const std::string& line : lines_of(text_of(run / "history.csv"))) {
    std::istringstream in(line);
    std::vector<double> row;
    for (std::string cell; row.size() < 5 && std::getline(in, cell, ',');) row.push_back(std::atof(cell.c_str()));
    rows.push_back(row);
  }
  if (!rows.empty()) rows.erase(rows.begin());  // the header
  return rows;
}

class RunsOnPtx : public testing::TestWithParam<TinyRun> {
 protected:
  std::vector<std::vector<double>> train(const std::string& device) {
    const ScratchFolder folder;
    const TinyRun& run = GetParam();
    std::vector<std::string> words{"train",        run.model, "--device",   device, "--precision",  run.precision,
                                   "--impl",       "own",     "--base",     "4",    "--image-size", "16",
                                   "--train-size", "29",      "--val-size", "10",   "--batch",      "3",
                                   "--epochs",     "2",       "--lr",       "1e-3", "--quiet",      "--out",
                                   "run"};
    if (run.epoch_loop && device == "ptx") words.push_back("--epoch-loop");
    const Outcome outcome = run_program(folder.path(), words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return history_of(folder / "run");
  }
};

/// Largest relative difference of two losses. Both devices sum in the same order, but nvcc fuses multiply and add into
/// one rounding where the simulator's compiler rounds twice, and exp and log are approximated differently. In bf16 each
/// of these may move an activation, and in tf32 a factor of the next layer, by one unit of its last bit.
double allowed(const std::string& precision) {
  return precision == "fp32" ? 1e-5 : 2e-3;
}

TEST_P(RunsOnPtx, LoseLikeTheSimulator) {
  const auto expected = train("sim"), found = train("ptx");
  ASSERT_EQ(found.size(), 2u);
  ASSERT_EQ(expected.size(), 2u);
  double furthest = 0;
  for (std::size_t epoch = 0; epoch < found.size(); ++epoch) {
    ASSERT_EQ(found[epoch].size(), 5u);
    for (const std::size_t loss : {1, 3}) {  // epoch, loss, accuracy, val_loss, val_accuracy
      ASSERT_GT(expected[epoch][loss], 0);
      furthest = std::max(furthest, std::abs(found[epoch][loss] / expected[epoch][loss] - 1));
    }
  }
  RecordProperty("furthest", std::to_string(furthest));
  EXPECT_LE(furthest, allowed(GetParam().precision));
}

std::vector<TinyRun> runs() {
  std::vector<TinyRun> all;
  for (const char* model : {"lenet", "alexnet", "mlp"})
    for (const char* precision : {"fp32", "tf32", "bf16"}) all.push_back({model, precision});
  all.push_back({"lenet", "fp32", true});
  all.push_back({"alexnet", "tf32", true});
  all.push_back({"mlp", "bf16", true});
  return all;
}
INSTANTIATE_TEST_SUITE_P(All, RunsOnPtx, testing::ValuesIn(runs()),
                         [](const auto& info) { return testing::PrintToString(info.param); });

TEST(ProfileOnPtx, CountsTheInstructionsOfEveryOp) {
  const ScratchFolder folder;
  const Outcome outcome = run_program(folder.path(), {"profile", "lenet", "--device", "ptx", "--base", "4",
                                                      "--image-size", "16", "--batch", "3", "--out", "profile"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  for (const char* words : {"warp instructions", "conv1 pool1 forward", "dense2 weight gradient", "update", "all ops",
                            "kernels/", "opcode", "add"})
    EXPECT_NE(outcome.out.find(words), std::string::npos) << "no '" << words << "' in\n" << outcome.out;
  const std::string json = text_of(folder / "profile" / "profile.json");
  EXPECT_NE(json.find("\"source\": \"instructions\""), std::string::npos);
  EXPECT_EQ(json.find("\"registers\": 0,"), std::string::npos) << "ptxas's, of every kernel";
  // Counts repeat exactly, so a budget can be checked against them.
  const Outcome again = run_program(folder.path(), {"profile", "lenet", "--device", "ptx", "--base", "4",
                                                    "--image-size", "16", "--batch", "3", "--out", "again"});
  ASSERT_EQ(again.status, 0) << again.err;
  const auto table = [](const std::string& out) { return out.substr(out.find("warp instructions")); };
  EXPECT_EQ(table(outcome.out).substr(0, table(outcome.out).find("written")),
            table(again.out).substr(0, table(again.out).find("written")));
}

TEST(ExplainOnPtx, HasTheInstructionsAndTheLimitOfEveryCall) {
  const ScratchFolder folder;
  const Outcome outcome = run_program(folder.path(), {"train", "lenet", "--base", "2", "--image-size", "16", "--batch",
                                                      "2", "--explain", "--for", "cuda"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const std::vector<std::string> lines = lines_of(outcome.out);
  const auto of_call = [&](const std::string& name) {  // in the table of bounds, the second one
    const auto last = std::find_if(lines.rbegin(), lines.rend(), [&](const auto& l) { return l.starts_with(name); });
    return last == lines.rend() ? std::string() : *last;
  };
  const std::pair<std::string, std::string> limits[] = {
      {"gather", "launch"}, {"conv1 pool1 forward", "launch"}, {"dense1 dense2 loss", "latency"}, {"update", "launch"}};
  for (const auto& [call, limit] : limits) {
    ASSERT_NE(of_call(call), "") << call;
    std::istringstream words(of_call(call).substr(call.size()));
    std::string instructions, bound;
    double launch = 0, bytes = 0, arithmetic = 0, issue = 0, latency = 0, all = 0;
    words >> instructions >> launch >> bytes >> arithmetic >> issue >> latency >> all >> bound;
    EXPECT_GT(issue, 0) << call;
    EXPECT_GT(latency, 0) << call;
    EXPECT_GE(all, launch + std::max(issue, latency) - 0.02) << call;
    EXPECT_EQ(bound, limit) << call;
  }
  EXPECT_NE(outcome.out.find("to issue the instructions"), std::string::npos);
}

TEST(TraceOnPtx, PrintsTheInstructionsOfOneThread) {
  const ScratchFolder folder;
  const Outcome outcome =
      run_program(folder.path(), tiny_run({"--device", "ptx", "--impl", "own", "--epochs", "1", "--quiet"}),
                  [] { setenv("GRIDSTRIDE_PTX_TRACE", "gather:0:33", 1); });
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("%tid.x"), std::string::npos) << outcome.out.substr(0, 2000);
  EXPECT_NE(outcome.out.find("->33"), std::string::npos) << "the thread reads its own index";
}

}  // namespace
}  // namespace gs::test
