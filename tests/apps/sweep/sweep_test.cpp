// sweep_test.cpp - `gridstride sweep`: plan, errors, training, repetition and output; concurrent runs in general.
#include <signal.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "apps/sweep/dealt_devices.h"
#include "apps/sweep/many_runs.h"
#include "apps/sweep/prepare.h"
#include "apps/sweep/restart.h"
#include "apps/sweep/sweep_plan.h"
#include "apps/sweep/sweep_table.h"
#include "engine/core/error.h"
#include "tests/apps/program.h"
#include "tests/support/small_device.h"

namespace gs::test {
namespace {

using Words = std::vector<std::string>;

/// A sweep of tiny runs: a few milliseconds each.
Words tiny_sweep(const Words& more) {
  Words words{"sweep", "lenet", "--device", "cpu", "--image-size", "16", "--limit", "16", "--base", "2"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(SweepPlan, AGridIsEveryCombinationAndAListIsAddedToIt) {
  apps::SweepPlan plan{.model = "lenet", .flags = {{"epochs", "3"}, {"lr", "1"}}};
  plan.grid = {apps::parse_axis("lr=1e-5,1e-4"), apps::parse_axis("--batch=4,8,16")};
  plan.list = {apps::parse_list_entry("optimizer=sgd,--momentum=0.9,epochs=5")};
  const auto runs = apps::sweep_runs(plan, {"--threads=1"}, "out");
  ASSERT_EQ(runs.size(), 7u);
  EXPECT_EQ(runs[1].name, "lr-1e-5_batch-8");
  EXPECT_EQ(runs[1].run.words, (Words{"lenet", "--lr=1e-5", "--batch=8", "--threads=1"}));
  EXPECT_EQ(runs[1].run.epochs, 3);
  EXPECT_EQ(runs[6].name, "optimizer-sgd_momentum-0.9_epochs-5");
  EXPECT_EQ(runs[6].run.epochs, 5);
  EXPECT_EQ(runs[6].run.folder, "out/runs/optimizer-sgd_momentum-0.9_epochs-5");
}

TEST(SweepAnswer, SaysNothingOfTheEndOfRunsThatAreTooShort) {
  apps::SweepRun run{.name = "a"};
  const auto answer = [&](const std::string& state) {
    return apps::sweep_answer({{.run = &run, .best_epoch = 1, .epochs = 2, .val_loss = 0.5, .state = state}});
  };
  EXPECT_NE(answer("settled").find("It was not over-fitting at its end."), std::string::npos);
  EXPECT_EQ(answer("too short").find("over-fitting"), std::string::npos) << answer("too short");
}

TEST(SweepPlan, MistakesAreOneLine) {
  const ScratchFolder folder;
  const auto refused = [&](const Words& words, const std::vector<std::string>& parts) {
    SCOPED_TRACE(words.empty() ? "no flags" : words.back());
    expect_one_line(run_program(folder.path(), tiny_sweep(words)), 2, parts);
  };
  refused({}, {"nothing varies"});
  refused({"--grid", "lr"}, {"--grid lr", "lr=1e-5,1e-4"});
  refused({"--grid", "lr=1e-4,"}, {"--grid lr=1e-4,"});
  refused({"--grid", "lr=1e-4,fast"}, {"run lr-fast", "--lr", "fast"});
  refused({"--grid", "rate=1,2"}, {"unknown flag '--rate'"});
  refused({"--grid", "out=a,b"}, {"--out cannot vary"});
  refused({"--grid", "batch=4,4"}, {"run batch-4", "twice"});
  refused({"--run", "momentum"}, {"--run momentum"});
  refused({"--run", "momentum=0.9"}, {"run momentum-0.9", "--optimizer sgd"});
  refused({"--grid", "impl=magic=1"}, {"magic"});
  refused({"--file", "none.json"}, {"--file none.json: there is no such file"});
  refused({"--file", "."}, {"--file .: not a regular file"});
  for (const auto& [text, part] : {std::pair{"{", "not valid JSON"},
                                   {"[]", "must be an object"},
                                   {R"({"grids": 1})", "grids"},
                                   {R"({"grid": {"lr": 1}})", "grid.lr"},
                                   {R"({"grid": {"lr": [[1]]}})", "grid.lr"},
                                   {R"({"list": [3]})", "list[0]"},
                                   {R"({"flags": {"help": true}, "grid": {"lr": [1]}})", "flags.help"},
                                   {R"({"grid": {"config": ["a.toml"]}})", "--config cannot vary"}}) {
    std::ofstream(folder / "sweep.json") << text;
    refused({"--file", "sweep.json"}, {part});
  }
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"sweep.json"}) << "nothing was made";
}

TEST(SweepPlan, TooManyRunsAreCountedAndNotMade) {
  const ScratchFolder folder;
  std::string values, grid;
  for (int i = 1; i <= 40; ++i) values += (i > 1 ? "," : "") + std::to_string(i);
  for (const char* flag : {"batch", "base", "seed", "epochs", "limit", "warm-up", "step-epochs", "patience"})
    grid += std::string(grid.empty() ? "" : ", ") + "\"" + flag + "\": [" + values + "]";
  std::ofstream(folder / "sweep.json") << "{\"grid\": {" << grid << "}}";
  expect_one_line(run_program(folder.path(), {"sweep", "lenet", "--file", "sweep.json", "--plan"}), 2,
                  {"6,553,600,000,000 runs", "at most 10,000"});
  const std::string many = "--grid=seed=" + values;
  Words words = {"sweep", "lenet"};
  for (int i = 0; i < 20; ++i) words.push_back(many);
  expect_one_line(run_program(folder.path(), words), 2, {"1.1e+32 runs"});
}

TEST(Sweep, ComparesItsRunsAndIsNotDoneTwice) {
  const ScratchFolder folder;
  std::ofstream(folder / "sweep.json")
      << R"({"flags": {"epochs": 4, "lr": 1}, "grid": {"lr": [1e-3, 1e-4]}, "list": [{"optimizer": "sgd"}]})";
  const Words words = tiny_sweep({"--file", "sweep.json", "--lr", "1e-2", "--out", "sweep"});
  const Outcome first = run_program(folder.path(), words);
  ASSERT_EQ(first.status, 0) << first.err;
  const nlohmann::json summary = json_of(folder / "sweep/sweep.json");
  ASSERT_EQ(summary["runs"].size(), 3u);
  double lowest = 0;
  for (const auto& run : summary["runs"]) {
    const auto record = json_of(folder / "sweep/runs" / run["run"].get<std::string>() / "run.json");
    EXPECT_EQ(run["val_loss"], record["results"]["best"]["val_loss"]);
    EXPECT_EQ(run["best_epoch"], record["results"]["best"]["epoch"]);
    EXPECT_EQ(run["state"], record["results"]["state"]);
    EXPECT_EQ(record["results"]["epochs"], 4) << "the file's flags hold for all";
    EXPECT_GE(run["val_loss"].get<double>(), lowest) << "best first";
    lowest = run["val_loss"];
  }
  const auto sgd = json_of(folder / "sweep/runs/optimizer-sgd/run.json");
  EXPECT_EQ(sgd["flags"]["lr"], "1e-2") << "the command line's word is the last";
  EXPECT_EQ(lines_of(text_of(folder / "sweep/sweep.csv")).size(), 4u);
  EXPECT_NE(text_of(folder / "sweep/report.html").find("Side by side"), std::string::npos);
  EXPECT_NE(first.out.find("Lowest validation loss: "), std::string::npos) << first.out;

  const auto weights = folder / "sweep/runs/lr-0.001/last.safetensors";
  const auto written = std::filesystem::last_write_time(weights);
  const Outcome second = run_program(folder.path(), words);
  EXPECT_EQ(second.status, 0) << second.err;
  EXPECT_NE(second.out.find("3 of 3 runs are done already"), std::string::npos) << second.out;
  EXPECT_EQ(std::filesystem::last_write_time(weights), written);
}

TEST(Sweep, TheNumberOfJobsLeavesTheBits) {
  const ScratchFolder folder;
  for (const char* jobs : {"1", "3"}) {
    const Outcome outcome = run_program(
        folder.path(), tiny_sweep({"--grid", "seed=1,2,3", "--epochs", "3", "--jobs", jobs, "--out", jobs, "--quiet"}));
    ASSERT_EQ(outcome.status, 0) << outcome.err;
  }
  for (const char* run : {"seed-1", "seed-2", "seed-3"})
    EXPECT_EQ(text_of(folder / "1/runs" / run / "best.safetensors"),
              text_of(folder / "3/runs" / run / "best.safetensors"))
        << run;
  EXPECT_NE(text_of(folder / "1/runs/seed-1/best.safetensors"), text_of(folder / "1/runs/seed-2/best.safetensors"));
}

TEST(Sweep, ThreadsOfOneProcessLeaveTheBitsToo) {
  const ScratchFolder folder;
  const auto train = [&](apps::KeptApart how, int jobs, const std::string& name) {
    std::vector<apps::NamedRun> runs;
    for (const std::string seed : {"1", "2", "3"}) {
      const apps::Words words = {"lenet",           "--device=cpu", "--threads=1", "--base=2",  "--image-size=16",
                                 "--train-size=16", "--val-size=8", "--lr=1e-3",   "--batch=4", "--seed=" + seed};
      runs.push_back({"seed " + seed, {words, 3, folder / (name + seed)}});
    }
    for (const std::string& failure : apps::train_at_once(runs, how, folder / "logs", jobs, true))
      EXPECT_EQ(failure, "");
  };
  train(apps::KeptApart::by_threads, 1, "one-");
  train(apps::KeptApart::by_threads, 3, "three-");
  for (const std::string seed : {"1", "2", "3"})
    EXPECT_EQ(text_of(folder / ("one-" + seed) / "best.safetensors"),
              text_of(folder / ("three-" + seed) / "best.safetensors"));
  EXPECT_NE(text_of(folder / "one-1/best.safetensors"), text_of(folder / "one-2/best.safetensors"));
}

TEST(Sweep, AThreadThatFailsSaysWhyAndTheOthersGoOn) {
  const ScratchFolder folder;
  std::vector<apps::NamedRun> runs;
  for (const std::string rate : {"1e30", "1e-4"})
    runs.push_back({"lr " + rate,
                    {{"lenet", "--device=cpu", "--threads=1", "--base=2", "--image-size=16", "--train-size=16",
                      "--val-size=8", "--lr=" + rate},
                     2,
                     folder / rate}});
  const auto failures = apps::train_at_once(runs, apps::KeptApart::by_threads, folder / "logs", 2, true);
  EXPECT_NE(failures[0].find("no longer finite"), std::string::npos) << failures[0];
  EXPECT_EQ(failures[1], "");
  EXPECT_TRUE(std::filesystem::exists(folder / "1e-4/last.safetensors"));
}

TEST(Sweep, AFailedRunIsNamedAndTheOthersGoOn) {
  const ScratchFolder folder;
  const Outcome outcome =
      run_program(folder.path(), tiny_sweep({"--grid", "lr=1e30,1e-4", "--epochs", "2", "--out", "sweep"}));
  EXPECT_EQ(outcome.status, 1);
  ASSERT_EQ(lines_of(outcome.err).size(), 1u) << outcome.err;
  EXPECT_TRUE(outcome.err.starts_with("gridstride: 1 of 2 runs failed: lr-1e30: the loss is no longer finite"))
      << outcome.err;
  EXPECT_TRUE(outcome.err.ends_with("; sweep/logs says more\n")) << outcome.err;
  EXPECT_NE(outcome.out.find("failed: the loss is no longer finite"), std::string::npos) << outcome.out;
  const auto summary = json_of(folder / "sweep/sweep.json");
  EXPECT_EQ(summary["runs"][0]["run"], "lr-1e-4");
  EXPECT_TRUE(summary["runs"][1].contains("failure"));
}

TEST(Sweep, ARunThatWasKilledAtItsVeryEndIsCompleted) {
  const ScratchFolder folder;
  const Words words = tiny_sweep({"--grid", "seed=1,2", "--epochs", "1", "--out", "sweep", "--quiet"});
  ASSERT_EQ(run_program(folder.path(), words).status, 0);
  const auto run = folder / "sweep/runs/seed-1";
  const std::string weights = text_of(run / "last.safetensors");
  std::filesystem::rename(run / "run.json", run / "run.json.next");
  write_text(run / "commit", R"({"removed": [], "replaced": ["run.json"]})");
  write_text(run / "history.csv.next", "half of");
  const Outcome again = run_program(folder.path(), words);
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(names_in(run), names_in(folder / "sweep/runs/seed-2"));
  EXPECT_EQ(text_of(run / "last.safetensors"), weights) << "it was not trained again";
}

TEST(Sweep, InterruptedItGoesOnWhereItStopped) {
  const ScratchFolder folder;
  const Words words =
      tiny_sweep({"--grid", "seed=1,2", "--epochs", "1500", "--jobs", "1", "--out", "sweep", "--quiet"});
  const auto last = [&](const char* run) { return folder / "sweep/runs" / run / "last.safetensors"; };
  RunningProgram running(folder.path(), words);
  ASSERT_TRUE(soon([&] { return std::filesystem::exists(last("seed-1")); }));
  running.send(SIGINT);
  const Outcome stopped = running.wait();
  EXPECT_EQ(stopped.status, 128 + SIGINT);
  EXPECT_NE(stopped.err.find("goes on where it stopped"), std::string::npos) << stopped.err;
  EXPECT_FALSE(std::filesystem::exists(folder / "sweep/sweep.json"));
  const int done = json_of(folder / "sweep/runs/seed-1/run.json")["results"]["epochs"];
  EXPECT_GT(done, 0);

  const Outcome whole = run_program(folder.path(), words);
  ASSERT_EQ(whole.status, 0) << whole.err;
  const Outcome fresh =
      run_program(folder.path(),
                  tiny_sweep({"--grid", "seed=1,2", "--epochs", "1500", "--jobs", "2", "--out", "fresh", "--quiet"}));
  ASSERT_EQ(fresh.status, 0) << fresh.err;
  EXPECT_EQ(text_of(last("seed-1")), text_of(folder / "fresh/runs/seed-1/last.safetensors"))
      << "stopped after " << done << " epochs";
}

TEST(Sweep, ItsLinesAreInAFileAtOnce) {
  const ScratchFolder folder;
  const auto words = [](const char* seeds) {
    return tiny_sweep({"--grid", seeds, "--epochs", "300", "--jobs", "1", "--out", "sweep"});
  };
  ASSERT_EQ(run_program(folder.path(), words("seed=1,2")).status, 0);
  std::filesystem::remove_all(folder / "sweep/runs/seed-2");
  RunningProgram running(folder.path(), words("seed=1,2,3"));
  const auto has_begun = [&](const char* run) {
    return soon([&] { return std::filesystem::exists(folder / "sweep/runs" / run / "last.safetensors"); });
  };
  ASSERT_TRUE(has_begun("seed-2"));
  EXPECT_EQ(running.output(), "1 of 3 runs is done already\n");
  ASSERT_TRUE(has_begun("seed-3"));
  EXPECT_NE(running.output().find("\n[2/3] seed-2: done in "), std::string::npos) << running.output();
}

TEST(Sweep, ItsRunsEndWithItWhenItIsKilled) {
  const ScratchFolder folder;
  RunningProgram running(folder.path(),
                         tiny_sweep({"--grid", "seed=1,2", "--epochs", "1000000", "--out", "sweep", "--quiet"}));
  const auto record = folder / "sweep/runs/seed-1/run.json";
  ASSERT_TRUE(soon([&] { return std::filesystem::exists(folder / "sweep/runs/seed-1/last.safetensors"); }));
  running.send(SIGKILL);
  running.wait();
  EXPECT_TRUE(soon([&] { return json_of(record).value("status", "") == "interrupted"; })) << text_of(record);
}

// ---- after the GPU has failed ----

TEST(SweepRestart, ARunThatWasAloneIsGuiltyAndOfSeveralEachIsTriedAlone) {
  const apps::Restart first = apps::after_loss({}, {{"a", "no address"}, {"b", "no address"}});
  EXPECT_TRUE(first.failed.empty());
  EXPECT_EQ(first.alone, (Words{"a", "b"}));
  const apps::Restart second = apps::after_loss(first, {{"b", "no address"}});
  EXPECT_EQ(second.failed, (std::map<std::string, std::string>{{"b", "no address"}}));
  EXPECT_EQ(second.alone, Words{"a"});
  EXPECT_NE(apps::loss_message({{"a", "x"}, {"b", "x"}}).find("while a, b were training: x."), std::string::npos);
  EXPECT_NE(apps::loss_message({{"b", "x"}}).find("run b made the GPU fail: x."), std::string::npos);
}

TEST(SweepRestart, AnotherTextThanItsOwnIsRefused) {
  const ScratchFolder folder;
  expect_one_line(run_program(folder.path(), tiny_sweep({"--grid", "seed=1,2", "--epochs", "1", "--quiet"}),
                              [] { setenv("GRIDSTRIDE_RESTART", "1", 1); }),
                  1, {"GRIDSTRIDE_RESTART", "unset it"});
}

// ---- number of jobs that fit on a GPU ----

TEST(JobsOnAGpu, AreAsManyAsFit) {
  constexpr std::size_t gib = std::size_t(1) << 30;
  EXPECT_EQ(apps::jobs_on_a_gpu({gib, std::nullopt}), 4) << "memory that is not limited";
  EXPECT_EQ(apps::jobs_on_a_gpu({gib, 100 * gib}), 4);
  EXPECT_EQ(apps::jobs_on_a_gpu({gib, 3 * gib}), 2) << "a tenth stays free";
  EXPECT_EQ(apps::jobs_on_a_gpu({gib, gib / 2}), 1) << "it may say itself that it has too little";
  EXPECT_EQ(apps::jobs_on_a_gpu({0, 3 * gib}), 4) << "nothing to do";
  EXPECT_EQ(apps::memory_note({gib, 100 * gib}), "");
  EXPECT_EQ(apps::memory_note({gib, 3 * gib}),
            "2 runs at a time on a GPU: the largest takes 1.0 GiB, and 3.0 GiB of its memory are free\n");
  EXPECT_EQ(apps::jobs_on_gpus({gib, 3 * gib}, 0), 2) << "the one of --device cuda";
  EXPECT_EQ(apps::jobs_on_gpus({gib, 3 * gib}, 3), 6);
}

TEST(DealtDevices, GoToTheRunThatFindsThemWithTheFewest) {
  apps::DealtDevices devices({"cuda:0", "cuda:2"});
  EXPECT_EQ(devices.take(7), "cuda:0");
  EXPECT_EQ(devices.take(8), "cuda:2");
  devices.give_back(8);
  EXPECT_EQ(devices.take(9), "cuda:2") << "the first still has a run";
  EXPECT_EQ(devices.take(10), "cuda:0") << "of two with one each the first";
  apps::DealtDevices none({});
  EXPECT_EQ(none.take(1), "");
  none.give_back(1);
}

TEST(JobsOnAGpu, FollowFromTheLargestRunOnADeviceWithLittleMemory) {
  const auto run = [](const std::string& name, const std::string& batch) {
    return apps::NamedRun{name,
                          {{"lenet", "--base", "2", "--image-size", "16", "--train-size", "24", "--val-size", "8",
                            "--impl", "default", "--batch=" + batch}}};
  };
  const auto needs = [&](const std::vector<apps::NamedRun>& runs, std::size_t free_bytes) {
    return apps::prepare(runs, true, [&](const apps::TrainOptions&, Precision& precision) {
      precision = Precision::fp32;
      return std::make_unique<SmallDevice>(open_device({.name = "cpu", .threads = 1}), free_bytes);
    });
  };
  const apps::MemoryNeeds small = needs({run("a", "2")}, 1 << 20), large = needs({run("b", "24")}, 1 << 20),
                          both = needs({run("b", "24"), run("a", "2")}, 1 << 20);
  EXPECT_GT(small.largest_run_bytes, (24 + 8) * 16 * 16u) << "the images alone";
  EXPECT_GT(large.largest_run_bytes, small.largest_run_bytes);
  EXPECT_EQ(both.largest_run_bytes, large.largest_run_bytes);
  EXPECT_EQ(both.free_bytes, std::size_t(1) << 20);
  EXPECT_EQ(apps::jobs_on_a_gpu(needs({run("b", "24")}, 5 * large.largest_run_bytes)), 4);
  EXPECT_EQ(apps::jobs_on_a_gpu(needs({run("b", "24")}, 3 * large.largest_run_bytes)), 2);
}

TEST(LabJobs, ShareTheCores) {
  const ScratchFolder folder;
  std::ofstream(folder / "lab.json") << R"({"title": "two runs", "tasks": [{"id": "a", "title": "t", "runs": [
    {"name": "one", "model": "lenet", "epochs": 2, "base": 2},
    {"name": "two", "model": "mlp", "epochs": 2, "base": 8}]}]})";
  const Outcome outcome = run_program(folder.path(), {"lab", "--lab", "lab.json", "--device", "cpu", "--image-size",
                                                      "16", "--limit", "16", "--jobs", "2", "--out", "lab"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_TRUE(std::filesystem::exists(folder / "lab/report.html"));
  EXPECT_NE(outcome.out.find("[2/2]"), std::string::npos) << outcome.out;
}

}  // namespace
}  // namespace gs::test
