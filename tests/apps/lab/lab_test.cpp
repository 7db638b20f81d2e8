// lab_test.cpp - the lab: its plan, its statistics, and a complete tiny lab from the first run to the report.
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "apps/lab/findings.h"
#include "apps/lab/finished.h"
#include "apps/lab/lab_runs.h"
#include "apps/lab/plan.h"
#include "apps/lab/statistics.h"
#include "engine/core/error.h"
#include "tests/apps/program.h"
#include "tests/support/damaged_json.h"
#include "tests/support/errors.h"

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
          "lab.json, task 1: 'runs[0].epochs' is missing");
  refused(R"({"title": "t", "tasks": [{"id": "1", "title": "x", "runs": []}]})",
          "'runs' must be a list of one or more");
}

/// A lab of one run, with these fields after its name, its model and 2 epochs.
std::string lab_of(const std::string& run, const std::string& task = "") {
  return R"({"title": "t", "tasks": [{"id": "1", "title": "x", "runs": [{"name": "a", "model": "lenet", "epochs": 2)" +
         run + "}]" + task + "}]}";
}

TEST(LabPlan, ValuesAreCheckedWhenItIsRead) {
  const auto refused = [](const std::string& text, const std::vector<std::string>& parts) {
    EXPECT_TRUE(refuses([&] { apps::parse_plan(text, "lab.json"); }, parts)) << text;
  };
  EXPECT_NO_THROW(apps::parse_plan(lab_of(R"(, "batch": 4)"), "lab.json"));
  for (const char* batch : {"0", "-8", "1.5", "\"eight\"", "99999999999999999999"})
    refused(lab_of(std::string(R"(, "batch": )") + batch),
            {"lab.json, task 1: run 'a': --batch must be a whole number"});
  refused(lab_of(R"(, "lr": 0)"), {"run 'a': --lr must be"});
  refused(lab_of(R"(, "momentum": 0.9)"), {"run 'a': --momentum is for"});
  refused(lab_of(R"(, "speed": 1)"), {"run 'a': unknown flag '--speed'"});
  for (const char* flag : {"out", "resume", "help", "seed", "config"})
    refused(lab_of(std::string(", \"") + flag + R"(": "x")"), {"run 'a': --", flag, "not for the runs of a lab"});
  for (const char* epochs : {"0", "1.5", "4294967298", "-1", "true", "18446744073709551617", "\"2\""})
    refused(std::string(R"({"title": "t", "tasks": [{"id": "1", "title": "x", "runs": [{"name": "a", "model": "lenet",
                          "epochs": )") +
                epochs + "}]}]}",
            {"lab.json, task 1: 'runs[0].epochs' must be a whole number"});
  refused(R"({"title": "t", "flags": [1], "tasks": [{"id": "1", "title": "x", "runs": [{"name": "a", "model": "lenet",
          "epochs": 2}]}]})",
          {"lab.json: 'flags' must be an object, not a list"});
  refused(lab_of("", R"(, "curves": 1)"), {"lab.json, task 1: 'curves' must be true or false, not 1"});
  refused(lab_of("", R"(, "timed_epochs": 1e10)"), {"'timed_epochs' must be a whole number"});
}

TEST(LabPlan, WhatTheReportNeedsIsCheckedBeforeAnyRun) {
  const auto refused = [](const std::string& fields, const std::string& message) {
    EXPECT_TRUE(
        refuses([&] { apps::parse_plan(lab_of("", ", " + fields), "lab.json"); }, {"lab.json, task 1: " + message}))
        << fields;
  };
  const auto check_refused = [&](const std::string& check, const std::string& message) {
    refused(R"("findings": [{"says": "s", "holds_if": [)" + check + "]}]", "'findings[0].holds_if[0]" + message);
  };
  check_refused("3", "' must be an object, not 3");
  check_refused(R"({"check": "is_nice", "run": 0})", ".check' must be one of about, alike, best_later,");
  check_refused(R"({"check": "lower", "run": 0})", ".than' is missing");
  check_refused(R"({"check": "lower", "run": 0, "than": 1})", ".than' must be a whole number from 0 to 0, not 1");
  check_refused(R"({"check": "gap_grows", "run": 0, "from": "x"})", ".from' must be a whole number, not 'x'");
  check_refused(R"({"check": "gap_grows", "run": 0, "from": -1})", ".from' must be a whole number from 1 to");
  check_refused(R"({"check": "about", "run": 0, "level": "x"})", ".level' must be a number, not 'x'");
  check_refused(R"({"check": "about", "run": 0, "level": null})", ".level' must be a number, not null");
  check_refused(R"({"check": "alike", "runs": [0, 1], "within": 1})", ".runs[1]' must be a whole number from 0 to 0");
  check_refused(R"({"check": "still_falling", "run": 0, "of": "x"})", ".of' must be loss, accuracy, val_loss");
  check_refused(R"({"check": "about", "run": 0, "level": 1, "at": "x"})", ".at' must be end or best, not 'x'");
  refused(R"("findings": [{"says": "s", "states": [{"sum": 0}]}])",
          "'findings[0].states[0]' must be an object with gap, best or quote");
  refused(R"("findings": [{"says": "s", "states": [{"gap": 1}]}])",
          "'findings[0].states[0].gap' must be a whole number");
  refused(R"("show": [{"kind": "film", "run": 0}])", "'show[0].kind' must be one of confusion, roc,");
  refused(R"("show": [{"kind": "roc", "runs": []}])", "'show[0].runs' must be a list of one or more runs");
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

TEST(Findings, RunsOfOtherImagesAreNotComparedImageByImage) {
  const std::vector<double> losses = {0.7, 0.6};
  auto of_fewer = made_run(60, losses, losses);
  of_fewer.name = "fewer";
  of_fewer.seeds[0].labels.resize(99);
  const auto whole = made_run(90, losses, losses);
  EXPECT_TRUE(refuses<UsageError>(
      [&] {
        outcome_of(R"({"check": "higher", "of": "val_loss", "run": 0, "than": 1})", {whole, of_fewer});
      },
      {"val_loss", "'made'", "'fewer'", "100 and 99 images"}));
  EXPECT_NO_THROW(outcome_of(R"({"check": "higher", "of": "loss", "run": 0, "than": 1})", {whole, of_fewer}));
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

TEST_F(Lab, ItsLinesAreInAFileAtOnce) {
  std::ofstream(folder_ / "lab.json") << R"({"title": "one run", "tasks": [{"id": "1", "title": "t",
    "runs": [{"name": "MLP", "model": "mlp", "epochs": 300, "base": 8}]}]})";
  ASSERT_EQ(run({"--seeds", "1"}).status, 0);
  RunningProgram running(folder_.path(), words({"--seeds", "3"}));
  const auto has_begun = [&](const char* run) {
    return soon([&] { return std::filesystem::exists(folder_ / "lab/runs" / run / "last.safetensors"); });
  };
  ASSERT_TRUE(has_begun("mlp-8-seed2"));
  EXPECT_EQ(running.output(), "1/3 mlp-8-seed1: done before\n");
  ASSERT_TRUE(has_begun("mlp-8-seed3"));
  EXPECT_NE(running.output().find("\n2/3 mlp-8-seed2: 300 epochs in "), std::string::npos) << running.output();
}

TEST_F(Lab, SeedsAreRepeatedAndShown) {
  const Outcome outcome = run({"--seeds", "2", "--only", "2"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(names_in(folder_ / "lab/runs").size(), 2u);
  EXPECT_NE(report().find("2 seeds"), std::string::npos);
}

TEST(LabPlan, EveryFieldOfAFileIsChecked) {
  for_each_damage(DamagedJson::parse(tiny_plan), [](const DamagedJson& damaged, const std::string& what) {
    try {
      apps::LabPlan plan = apps::parse_plan(damaged.dump(), "lab.json");
      for (const apps::LabRun& run : apps::lab_runs(plan, "lab", 1)) apps::steps_of(run.plan, 16);
      apps::make_quick(plan);
    } catch (const UsageError& error) {
      EXPECT_EQ(library_words(error.what()), "") << what << ": " << error.what();
    }
  });
}

TEST_F(Lab, RefusesWhatItDoesNotKnow) {
  expect_one_line(run({"--only", "9z"}), 2, {"9z", "1", "2"});
  expect_one_line(run_program(folder_.path(), {"lab", "--lab", "nowhere.json"}), 2, {"nowhere.json"});
  expect_one_line(run_program(folder_.path(), {"lab", "--seeds", "0"}), 2, {"--seeds"});
}

}  // namespace
}  // namespace gs::test
