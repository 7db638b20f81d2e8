// shared_runs_test.cpp - several processes, with a launcher's ranks or without, share the runs of a sweep or a lab.
#include <signal.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "apps/sweep/run_queue.h"
#include "tests/apps/program.h"
#include "tests/support/errors.h"

namespace gs::test {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> sweep_below(const std::string& out, const std::vector<std::string>& more) {
  std::vector<std::string> words{"sweep",  "lenet", "--device", "cpu", "--image-size", "16", "--limit", "16",
                                 "--base", "2",     "--jobs",   "1",   "--out",        out};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// As mpirun starts rank `rank` of `size`.
std::function<void()> as_rank(int rank, int size) {
  return [=] {
    setenv("OMPI_COMM_WORLD_RANK", std::to_string(rank).c_str(), 1);
    setenv("OMPI_COMM_WORLD_SIZE", std::to_string(size).c_str(), 1);
  };
}

/// The table without its column of seconds.
std::vector<std::string> table_of(const fs::path& sweep) {
  std::vector<std::string> lines;
  for (std::string line : lines_of(text_of(sweep / "sweep.csv"))) {
    const std::size_t end = line.rfind(','), begin = line.rfind(',', end - 1);
    lines.push_back(line.erase(begin, end - begin));
  }
  return lines;
}

void expect_same_bits(const fs::path& a, const fs::path& b) {
  ASSERT_EQ(names_in(a / "runs"), names_in(b / "runs"));
  for (const std::string& run : names_in(a / "runs"))
    for (const char* file : {"best.safetensors", "last.safetensors", "predictions.safetensors"})
      EXPECT_EQ(text_of(a / "runs" / run / file), text_of(b / "runs" / run / file)) << run << "/" << file;
}

std::size_t lines_with(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (const std::string& line : lines_of(text)) count += line.find(part) != line.npos;
  return count;
}

bool comes_true(const std::function<bool()>& so) {
  for (int i = 0; i < 3000; ++i, std::this_thread::sleep_for(std::chrono::milliseconds(10)))
    if (so()) return true;
  return false;
}

/// The process that trains below `parent`.
pid_t child_of(pid_t parent) {
  std::ifstream in("/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) + "/children");
  pid_t child = 0;
  in >> child;
  return child;
}

const std::vector<std::string> six = {"--grid", "seed=1,2,3,4,5,6", "--epochs", "60"};

TEST(SharedSweep, ThreeProcessesMakeTheTableAndTheBitsOfOne) {
  const ScratchFolder folder;
  ASSERT_EQ(run_program(folder.path(), sweep_below("one", six)).status, 0);
  std::vector<std::unique_ptr<RunningProgram>> three;
  for (int i = 0; i < 3; ++i)
    three.push_back(std::make_unique<RunningProgram>(folder.path(), sweep_below("three", six)));
  std::size_t trained = 0;
  for (const auto& process : three) {
    const Outcome outcome = process->wait();
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    trained += lines_with(outcome.out, ": done in ");
    EXPECT_EQ(lines_with(outcome.out, "Lowest validation loss: "), 1u) << outcome.out;
  }
  EXPECT_EQ(trained, 6u) << "each run once";
  EXPECT_EQ(table_of(folder / "three"), table_of(folder / "one"));
  EXPECT_EQ(names_in(folder / "three"), names_in(folder / "one"));
  expect_same_bits(folder / "three", folder / "one");
}

TEST(SharedSweep, OfRanksTheFirstPrintsAndTheyShareTheRuns) {
  const ScratchFolder folder;
  RunningProgram second(folder.path(), sweep_below("two", six), as_rank(1, 2));
  const Outcome first = run_program(folder.path(), sweep_below("two", six), as_rank(0, 2)), quiet = second.wait();
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_EQ(quiet.status, 0) << quiet.err;
  EXPECT_EQ(quiet.out + quiet.err, "");
  EXPECT_EQ(lines_with(first.out, ": done ") + lines_with(first.out, "done already"), 6u) << first.out;
  ASSERT_EQ(run_program(folder.path(), sweep_below("one", six)).status, 0);
  EXPECT_EQ(table_of(folder / "two"), table_of(folder / "one"));
  expect_same_bits(folder / "two", folder / "one");
}

TEST(SharedSweep, AMachineThatDiesCostsItsRunOnly) {
  const ScratchFolder folder;
  const std::vector<std::string> runs = {"--grid", "seed=1,2,3", "--epochs", "1500"};
  RunningProgram dies(folder.path(), sweep_below("two", runs), as_rank(0, 2));
  ASSERT_TRUE(comes_true([&] { return fs::exists(folder / "two/runs/seed-1/last.safetensors"); }));
  RunningProgram survives(folder.path(), sweep_below("two", runs), as_rank(1, 2));
  ASSERT_TRUE(comes_true([&] { return fs::exists(folder / "two/runs/seed-2/last.safetensors"); }));
  dies.send(SIGSTOP);  // all of its processes die at once, as far as the files can tell
  const pid_t trains = child_of(dies.process());
  ASSERT_GT(trains, 0);
  kill(trains, SIGKILL);
  dies.send(SIGKILL);
  dies.wait();
  EXPECT_EQ(json_of(folder / "two/runs/seed-1/run.json")["status"], "running") << "it was killed in its middle";
  const Outcome other = survives.wait();
  EXPECT_EQ(other.status, 0) << other.err;
  EXPECT_FALSE(fs::exists(folder / "two/sweep.csv")) << "the first rank writes it";
  const auto resumed = json_of(folder / "two/runs/seed-1/run.json");
  EXPECT_EQ(resumed["status"], "finished");
  EXPECT_EQ(resumed["resumed"].size(), 1u);

  const Outcome again = run_program(folder.path(), sweep_below("two", runs));
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_NE(again.out.find("3 of 3 runs are done already"), std::string::npos) << again.out;
  ASSERT_EQ(run_program(folder.path(), sweep_below("one", runs)).status, 0);
  EXPECT_EQ(table_of(folder / "two"), table_of(folder / "one"));
  expect_same_bits(folder / "two", folder / "one");
}

TEST(SharedSweep, ARunThatFailsIsNotTriedByTheOthersAndTheFirstRankNamesIt) {
  const ScratchFolder folder;
  const std::vector<std::string> runs = {"--grid", "lr=1e30,1e-4,1e-3", "--epochs", "300"};
  RunningProgram second(folder.path(), sweep_below("two", runs), as_rank(1, 2));
  ASSERT_TRUE(comes_true([&] { return fs::exists(folder / "two/logs/lr-1e30.txt"); })) << "it has begun";
  const Outcome first = run_program(folder.path(), sweep_below("two", runs), as_rank(0, 2)), quiet = second.wait();
  EXPECT_EQ(quiet.status, 0) << "a launcher would end the others";
  EXPECT_EQ(quiet.out + quiet.err, "");
  EXPECT_EQ(first.status, 1);
  EXPECT_TRUE(first.err.starts_with("gridstride: 1 of 3 runs failed: lr-1e30: the loss is no longer finite"))
      << first.err;
  EXPECT_EQ(run_program(folder.path(), sweep_below("one", runs)).status, 1);
  EXPECT_EQ(table_of(folder / "two"), table_of(folder / "one"));
}

TEST(SharedSweep, ARunThatIsKilledHasFailedAndItsRecordSaysSo) {
  const ScratchFolder folder;
  const std::vector<std::string> words = sweep_below("sweep", {"--grid", "seed=1,2", "--epochs", "1500", "--quiet"});
  RunningProgram running(folder.path(), words);
  ASSERT_TRUE(comes_true([&] { return fs::exists(folder / "sweep/runs/seed-1/last.safetensors"); }));
  kill(child_of(running.process()), SIGKILL);
  const Outcome outcome = running.wait();
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.err.find("seed-1: ended with status 137"), std::string::npos) << outcome.err;
  const auto record = json_of(folder / "sweep/runs/seed-1/run.json");
  EXPECT_EQ(record["status"], "failed");
  EXPECT_EQ(record["message"], "ended with status 137");
  const Outcome again = run_program(folder.path(), words);
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(json_of(folder / "sweep/runs/seed-1/run.json")["resumed"].size(), 1u) << "it went on";
}

TEST(SharedSweep, ThePlanIsPrintedOnce) {
  const ScratchFolder folder;
  const std::vector<std::string> words = sweep_below("two", {"--grid", "lr=1,2", "--plan"});
  EXPECT_NE(run_program(folder.path(), words, as_rank(0, 2)).out.find("2 runs of lenet"), std::string::npos);
  EXPECT_EQ(run_program(folder.path(), words, as_rank(1, 2)).out, "");
}

TEST(SharedSweep, AnErrorOfAnotherRankNamesItAndItsMachine) {
  const ScratchFolder folder;
  expect_one_line(run_program(folder.path(), sweep_below("two", {"--grid", "lr=1,2", "--data", "gone"}), as_rank(1, 2)),
                  2, {"rank 1 on ", "gone"});
}

TEST(SharedLab, RanksMakeTheReportTogether) {
  const ScratchFolder folder;
  std::ofstream(folder / "lab.json") << R"({"title": "three runs", "tasks": [{"id": "a", "title": "t",
    "timed_epochs": 2, "runs": [{"name": "one", "model": "lenet", "epochs": 60, "base": 2},
    {"name": "two", "model": "mlp", "epochs": 60, "base": 8}, {"name": "three", "model": "mlp", "epochs": 60,
    "base": 4}]}]})";
  const auto lab = [&](const std::string& out) {
    return std::vector<std::string>{"lab", "--lab",     "lab.json", "--device", "cpu", "--image-size", "16", "--limit",
                                    "16",  "--threads", "1",        "--out",    out};
  };
  ASSERT_EQ(run_program(folder.path(), lab("one")).status, 0);
  RunningProgram second(folder.path(), lab("two"), as_rank(1, 2));
  const Outcome first = run_program(folder.path(), lab("two"), as_rank(0, 2)), quiet = second.wait();
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_EQ(quiet.status, 0) << quiet.err;
  EXPECT_EQ(quiet.out + quiet.err, "");
  expect_same_bits(folder / "two", folder / "one");
  EXPECT_EQ(names_in(folder / "two/timing"), names_in(folder / "one/timing"));
  EXPECT_TRUE(fs::exists(folder / "two/report.html"));
  // Started by hand, without ranks: both end with the report.
  RunningProgram other(folder.path(), lab("by-hand"));
  const Outcome here = run_program(folder.path(), lab("by-hand")), there = other.wait();
  EXPECT_EQ(here.status, 0) << here.err;
  EXPECT_EQ(there.status, 0) << there.err;
  EXPECT_EQ(lines_with(here.out + there.out, ": 60 epochs in "), 3u) << "each run once\n" << here.out << there.out;
  EXPECT_EQ(lines_with(here.out + there.out, ": 2 epochs in "), 3u) << "each timed once";
  expect_same_bits(folder / "by-hand", folder / "one");
}

TEST(RunQueue, GivesARunAgainWhenItsHolderIsGoneAndNotAfterItHasFailedElsewhere) {
  const ScratchFolder folder;
  std::vector<apps::NamedRun> runs;
  for (const std::string rate : {"1e-3", "1e30"}) {
    const std::vector<std::string> words = {"lenet",           "--device=cpu",    "--threads=1",  "--base=2",
                                            "--image-size=16", "--train-size=16", "--val-size=8", "--lr=" + rate};
    runs.push_back({rate, {words, 2, folder / rate}});
  }
  std::vector<std::string> ended;
  const auto note = [&](std::size_t run, const std::optional<apps::RunFailure>& failure) {
    ended.push_back(runs[run].name + ": " + (failure ? failure->message : "done"));
  };
  apps::RunQueue here(runs, {0, 1}, note);
  {
    apps::RunQueue elsewhere(runs, {0, 1}, note);
    EXPECT_EQ(elsewhere.take(), 0u);
    EXPECT_EQ(here.take(), 1u) << "the next that is free";
    EXPECT_EQ(here.take(), std::nullopt);
    EXPECT_EQ(here.held_elsewhere(), 1u);
    EXPECT_FALSE(here.over());
    EXPECT_EQ(elsewhere.take(), std::nullopt);
    here.release(1);
  }
  EXPECT_TRUE(comes_true([&] { return here.take() == 0u; })) << "its holder is gone";
  EXPECT_TRUE(here.over());
  here.release(0);

  apps::RunQueue again(runs, {0, 1}, note);
  for (const apps::NamedRun& run : runs) {
    auto words = run.run.words;
    words.insert(words.begin(), "train");
    words.insert(words.end(), {"--epochs", "2", "--overwrite", "--out", run.run.folder.string()});
    run_program(folder.path(), words);
  }
  EXPECT_EQ(again.take(), std::nullopt);
  EXPECT_TRUE(again.over());
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_EQ(ended[0], "1e-3: done");
  EXPECT_TRUE(ended[1].starts_with("1e30: the loss is no longer finite")) << ended[1];
  apps::RunQueue later(runs, {0, 1}, note);
  EXPECT_EQ(later.done_before(), 1u);
  EXPECT_EQ(later.take(), 1u) << "a failure of before is tried again";
}

}  // namespace
}  // namespace gs::test
