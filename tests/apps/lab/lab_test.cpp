// lab_test.cpp - the lab: its plan, its statistics, and a complete tiny lab from the first run to the report.
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "apps/lab/findings.h"
#include "apps/lab/finished.h"
#include "apps/lab/plan.h"
#include "apps/lab/statistics.h"
#include "engine/core/error.h"
#include "tests/apps/program.h"

namespace gs::test {
namespace {

using apps::Estimate;

TEST(LabPlan, IsTheDesigns) {
  const ScratchFolder folder;
  const Outcome outcome = run_program(folder.path(), {"lab", "--plan"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("15 runs to train, 381,250 steps on 1,000 training images"), std::string::npos)
      << outcome.out;
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{}) << "--plan only prints";
}

TEST(LabPlan, BeginningsAreShared) {
  apps::LabPlan plan = apps::built_in_plan();
  apps::keep_tasks(plan, {"5a", "5b"});
  const auto runs = apps::runs_to_train(plan);
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].epochs, 200);
  apps::make_quick(plan);
  EXPECT_EQ(apps::runs_to_train(plan)[0].epochs, 20);
}

TEST(LabPlan, MistakesAreNamed) {
  const auto refused = [](const std::string& text, const std::string& part) {
    try {
      apps::parse_plan(text, "lab.json");
      FAIL() << text;
    } catch (const UsageError& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find("lab.json"), std::string::npos) << error.what();
    }
  };
  refused("{", "lab.json");
  refused(R"({"title": "t", "tasks": [{"id": "1", "title": "x", "runs": [{"name": "a", "epochs": 2}]}]})", "model");
  refused(R"({"title": "t", "tasks": [{"id": "1", "title": "x", "runs": [{"name": "a", "model": "lenet"}]}]})",
          "epochs");
}

TEST(Statistics, BootstrapOfManyEqualValuesIsThatValue) {
  const Estimate e = apps::bootstrap_mean({std::vector<double>(50, 0.25)});
  EXPECT_DOUBLE_EQ(e.value, 0.25);
  EXPECT_DOUBLE_EQ(e.low, 0.25);
  EXPECT_DOUBLE_EQ(e.high, 0.25);
}

TEST(Statistics, BootstrapHasTheWidthOfTheBinomial) {
  std::vector<double> right(200);
  for (std::size_t i = 0; i < right.size(); ++i) right[i] = i % 4 ? 1 : 0;
  const Estimate e = apps::bootstrap_mean({right});
  const double error = std::sqrt(0.75 * 0.25 / 200);
  EXPECT_DOUBLE_EQ(e.value, 0.75);
  EXPECT_NEAR(e.low, 0.75 - 1.96 * error, 0.3 * error);
  EXPECT_NEAR(e.high, 0.75 + 1.96 * error, 0.3 * error);
}

TEST(Statistics, PairsCancelWhatTheyShare) {
  std::vector<double> a(100), b(100);
  for (std::size_t i = 0; i < a.size(); ++i) b[i] = double(i % 10), a[i] = b[i] + 0.1;
  const Estimate e = apps::bootstrap_mean(apps::difference({a}, {b}));
  EXPECT_NEAR(e.low, 0.1, 1e-9);
  EXPECT_NEAR(e.high, 0.1, 1e-9);
}

TEST(Statistics, SlopeOfALine) {
  std::vector<double> line;
  for (int i = 0; i < 20; ++i) line.push_back(3 - 0.5 * i);
  const Estimate e = apps::slope(line, 5, 20);
  EXPECT_NEAR(e.value, -0.5, 1e-12);
  EXPECT_NEAR(e.high - e.low, 0, 1e-9);
}

/// A run with the same validation logits in every epoch: the first `right` of 100 images are classified correctly.
apps::SeededRun made_run(int right, const std::vector<double>& loss, const std::vector<double>& val_loss) {
  apps::FinishedRun run;
  run.loss.kind = LossKind::bce;
  run.loss.classes = 1;
  for (std::size_t e = 0; e < loss.size(); ++e) {
    EpochResult r;
    r.epoch = int(e) + 1, r.loss = loss[e], r.val_loss = val_loss[e], r.val_accuracy = right / 100.0;
    run.history.push_back(r);
    for (int i = 0; i < 100; ++i) run.logits.push_back(i < right ? 1.0f : -1.0f);
  }
  run.labels.assign(100, 1);
  run.best_logits.assign(run.logits.begin(), run.logits.begin() + 100);
  return {"made", {run}};
}

apps::Outcome outcome_of(const std::string& check, const std::vector<apps::SeededRun>& runs) {
  return apps::examine({"it is so", {nlohmann::json::parse(check)}, {}}, runs).outcome;
}

TEST(Findings, HoldFailOrAreTooClose) {
  const std::vector<double> falling = {0.7, 0.6, 0.5, 0.4, 0.3, 0.2}, rising = {0.5, 0.6, 0.7, 0.8, 0.9, 1.0};
  const auto good = made_run(90, falling, falling), bad = made_run(60, rising, rising),
             near = made_run(91, falling, rising);
  const std::string higher = R"({"check": "higher", "of": "val_accuracy", "run": 0, "than": 1})";
  EXPECT_EQ(outcome_of(higher, {good, bad}), apps::Outcome::held);
  EXPECT_EQ(outcome_of(higher, {bad, good}), apps::Outcome::did_not_hold);
  EXPECT_EQ(outcome_of(higher, {near, good}), apps::Outcome::too_close);
  const std::string still = R"({"check": "still_falling", "of": "loss", "run": 0})";
  EXPECT_EQ(outcome_of(still, {good}), apps::Outcome::held);
  EXPECT_EQ(outcome_of(still, {bad}), apps::Outcome::did_not_hold);
  EXPECT_EQ(outcome_of(still, {made_run(50, {0.7, 0.6}, {0.7, 0.6})}), apps::Outcome::too_close);
  EXPECT_EQ(outcome_of(R"({"check": "reaches_level", "of": "loss", "run": 0, "level": 0.65})", {good}),
            apps::Outcome::held);
  EXPECT_EQ(outcome_of(R"({"check": "reaches_level", "of": "loss", "run": 0, "level": 0.95})", {good}),
            apps::Outcome::did_not_hold);
  EXPECT_THROW(outcome_of(R"({"check": "is_nice", "run": 0})", {good}), UsageError);
}

const std::string tiny_plan = R"({
  "title": "A tiny lab",
  "tasks": [
    {"id": "1", "title": "short and long",
     "runs": [{"name": "2 epochs", "model": "lenet", "base": 2, "batch": 4, "lr": 1e-3, "epochs": 2},
              {"name": "5 epochs", "model": "lenet", "base": 2, "batch": 4, "lr": 1e-3, "epochs": 5}],
     "findings": [{"says": "Longer is lower.", "holds_if": [{"check": "lower", "of": "loss", "run": 1, "than": 0}]}],
     "show": [{"kind": "roc", "runs": [0, 1]}, {"kind": "confusion", "run": 1}]},
    {"id": "2", "title": "no convolutions", "timed_epochs": 3, "show": [{"kind": "seconds", "runs": [0]}],
     "runs": [{"name": "MLP", "model": "mlp", "base": 8, "batch": 4, "lr": 1e-3, "epochs": 2}]}
  ]})";

class Lab : public testing::Test {
 protected:
  void SetUp() override { std::ofstream(folder_ / "lab.json") << tiny_plan; }
  static std::vector<std::string> words(const std::vector<std::string>& more = {}) {
    std::vector<std::string> w = {"lab",          "--lab", "lab.json",   "--out", "lab",          "--device", "cpu",
                                  "--train-size", "16",    "--val-size", "8",     "--image-size", "16"};
    w.insert(w.end(), more.begin(), more.end());
    return w;
  }
  Outcome run(const std::vector<std::string>& more = {}) { return run_program(folder_.path(), words(more)); }
  std::string report() {
    std::ifstream in(folder_ / "lab/report.html");
    return {std::istreambuf_iterator<char>(in), {}};
  }
  ScratchFolder folder_;
};

TEST_F(Lab, TrainsWhatIsNeededOnceAndReports) {
  const Outcome first = run();
  ASSERT_EQ(first.status, 0) << first.err;
  EXPECT_EQ(names_in(folder_ / "lab/runs").size(), 2u) << "the short run is the beginning of the long one";
  EXPECT_NE(first.out.find("Longer is lower."), std::string::npos) << first.out;
  EXPECT_NE(report().find("A tiny lab"), std::string::npos);
  const auto when =
      std::filesystem::last_write_time(folder_ / "lab/runs" / names_in(folder_ / "lab/runs")[0] / "last.safetensors");
  const Outcome second = run();
  ASSERT_EQ(second.status, 0) << second.err;
  EXPECT_NE(second.out.find("done before"), std::string::npos) << second.out;
  EXPECT_EQ(
      std::filesystem::last_write_time(folder_ / "lab/runs" / names_in(folder_ / "lab/runs")[0] / "last.safetensors"),
      when);
}

TEST_F(Lab, EpochsAreTimedByRunsOfTheirOwn) {
  const Outcome outcome = run({"--only", "2"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(names_in(folder_ / "lab/runs").size(), 1u);
  ASSERT_EQ(names_in(folder_ / "lab/timing"), names_in(folder_ / "lab/runs"));
  const apps::FinishedRun timed = apps::read_finished(folder_ / "lab/timing" / names_in(folder_ / "lab/timing")[0]);
  EXPECT_EQ(timed.seconds.size(), 3u);
  EXPECT_NE(report().find("of 3 epochs"), std::string::npos) << "not the 2 epochs of the run itself";
}

TEST_F(Lab, InterruptedItGoesOnWithTheSameNumbers) {
  ASSERT_EQ(run().status, 0);
  std::vector<std::string> whole;
  const auto histories = [&] {
    std::vector<std::string> texts;
    for (const std::string& name : names_in(folder_ / "lab/runs")) {
      std::ifstream in(folder_ / "lab/runs" / name / "best.safetensors", std::ios::binary);
      texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    return texts;
  };
  whole = histories();
  std::filesystem::remove_all(folder_ / "lab");
  RunningProgram program(folder_.path(), words());
  while (!std::filesystem::exists(folder_ / "lab/runs") && !program.ended()) {
  }
  program.send(SIGKILL);
  program.wait();
  const Outcome rest = run();
  ASSERT_EQ(rest.status, 0) << rest.err;
  EXPECT_EQ(histories(), whole);
}

TEST_F(Lab, SeedsAreRepeatedAndShown) {
  const Outcome outcome = run({"--seeds", "2", "--only", "2"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(names_in(folder_ / "lab/runs").size(), 2u);
  EXPECT_NE(report().find("2 seeds"), std::string::npos);
}

TEST_F(Lab, RefusesWhatItDoesNotKnow) {
  expect_one_line(run({"--only", "9z"}), 2, {"9z", "1", "2"});
  expect_one_line(run_program(folder_.path(), {"lab", "--lab", "nowhere.json"}), 2, {"nowhere.json"});
  expect_one_line(run_program(folder_.path(), {"lab", "--seeds", "0"}), 2, {"--seeds"});
}

}  // namespace
}  // namespace gs::test
