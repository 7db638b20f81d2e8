// shared_runs_test.cpp - several processes, with a launcher's ranks or without, share the runs of a sweep or a lab.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "apps/sweep/run_queue.h"
#include "engine/core/process_lock.h"
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

/// The process that trains below `parent`.
pid_t child_of(pid_t parent) {
  std::ifstream in("/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) + "/children");
  pid_t child = 0;
  in >> child;
  return child;
}

bool is_under_way(const fs::path& run) {
  return fs::exists(run / "run.lock") && fs::exists(run / "last.safetensors");
}

/// Waits until `sweep` is in the middle of `run`, and stops the process that trains it until go_on().
class StoppedRun {
 public:
  StoppedRun(const RunningProgram& sweep, const fs::path& run) {
    if (soon([&] { return is_under_way(run); })) process_ = child_of(sweep.process());
    if (process_ > 0) kill(process_, SIGSTOP);
    EXPECT_GT(process_, 0) << run << " is not under way";
  }
  StoppedRun(const StoppedRun&) = delete;
  StoppedRun& operator=(const StoppedRun&) = delete;
  ~StoppedRun() { go_on(); }
  void go_on() {
    if (process_ > 0) kill(process_, SIGCONT);
    process_ = 0;
  }

 private:
  pid_t process_ = 0;
};

/// Expects that the sweep below `out` has the table and the bits of one process.
void expect_as_of_one(const ScratchFolder& folder, const std::string& out, const std::vector<std::string>& runs) {
  ASSERT_EQ(run_program(folder.path(), sweep_below("one", runs)).status, 0);
  EXPECT_EQ(table_of(folder / out), table_of(folder / "one"));
  expect_same_bits(folder / out, folder / "one");
}

const std::vector<std::string> six = {"--grid", "seed=1,2,3,4,5,6", "--epochs", "60"};

TEST(SharedSweep, ThreeProcessesMakeTheTableAndTheBitsOfOne) {
  const ScratchFolder folder;
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
  expect_as_of_one(folder, "three", six);
  EXPECT_EQ(names_in(folder / "three"), names_in(folder / "one"));
}

TEST(SharedSweep, OfRanksTheFirstPrintsAndTheyShareTheRuns) {
  const ScratchFolder folder;
  const std::vector<std::string> runs = {"--grid", "seed=1,2,3", "--epochs", "300"};
  RunningProgram second(folder.path(), sweep_below("two", runs), as_rank(1, 2));
  StoppedRun its(second, folder / "two/runs/seed-1");
  RunningProgram first(folder.path(), sweep_below("two", runs), as_rank(0, 2));
  ASSERT_TRUE(soon([&] { return is_under_way(folder / "two/runs/seed-2"); })) << "the next that is free";
  its.go_on();
  const Outcome prints = first.wait(), quiet = second.wait();
  EXPECT_EQ(prints.status, 0) << prints.err;
  EXPECT_EQ(quiet.status, 0) << quiet.err;
  EXPECT_EQ(quiet.out + quiet.err, "");
  EXPECT_EQ(lines_with(prints.out, "seed-1: done by another process"), 1u) << prints.out;
  EXPECT_EQ(lines_with(prints.out, "seed-2: done in "), 1u) << prints.out;
  EXPECT_EQ(lines_with(prints.out, ": done "), 3u) << prints.out;
  expect_as_of_one(folder, "two", runs);
}

TEST(SharedSweep, AMachineThatDiesCostsItsRunOnly) {
  const ScratchFolder folder;
  const std::vector<std::string> runs = {"--grid", "seed=1,2,3", "--epochs", "1500"};
  RunningProgram dies(folder.path(), sweep_below("two", runs), as_rank(0, 2));
  ASSERT_TRUE(soon([&] { return fs::exists(folder / "two/runs/seed-1/last.safetensors"); }));
  RunningProgram survives(folder.path(), sweep_below("two", runs), as_rank(1, 2));
  ASSERT_TRUE(soon([&] { return fs::exists(folder / "two/runs/seed-2/last.safetensors"); }));
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
  expect_as_of_one(folder, "two", runs);
}

TEST(SharedSweep, ARunThatFailsIsNotTriedByTheOthersAndTheFirstRankNamesIt) {
  const ScratchFolder folder;
  const std::vector<std::string> runs = {"--grid", "lr=1e-4,1e30,1e-3", "--epochs", "300"};
  RunningProgram first(folder.path(), sweep_below("two", runs), as_rank(0, 2));
  StoppedRun its(first, folder / "two/runs/lr-1e-4");
  RunningProgram second(folder.path(), sweep_below("two", runs), as_rank(1, 2));
  ASSERT_TRUE(soon([&] { return is_under_way(folder / "two/runs/lr-1e-3"); })) << "after the one that fails";
  const std::string record = text_of(folder / "two/runs/lr-1e30/run.json");
  its.go_on();
  const Outcome names = first.wait(), quiet = second.wait();
  EXPECT_EQ(quiet.status, 0) << "a launcher would end the others";
  EXPECT_EQ(quiet.out + quiet.err, "");
  EXPECT_EQ(names.status, 1);
  EXPECT_EQ(lines_with(names.out, "lr-1e30: failed by another process"), 1u) << names.out;
  EXPECT_EQ(text_of(folder / "two/runs/lr-1e30/run.json"), record) << "it is not tried again";
  EXPECT_TRUE(names.err.starts_with("gridstride: 1 of 3 runs failed: lr-1e30: the loss is no longer finite"))
      << names.err;
  EXPECT_EQ(run_program(folder.path(), sweep_below("one", runs)).status, 1);
  EXPECT_EQ(table_of(folder / "two"), table_of(folder / "one"));
}

TEST(SharedSweep, ARunThatIsKilledHasFailedAndItsRecordSaysSo) {
  const ScratchFolder folder;
  const std::vector<std::string> words = sweep_below("sweep", {"--grid", "seed=1,2", "--epochs", "1500", "--quiet"});
  RunningProgram running(folder.path(), words);
  ASSERT_TRUE(soon([&] { return fs::exists(folder / "sweep/runs/seed-1/last.safetensors"); }));
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

/// A file lies where the first run's folder should be; the others are trained.
TEST(SharedSweep, ARunWhoseFolderCannotBeClaimedHasFailedAndTheOthersGoOn) {
  for (const char* jobs : {"1", "2"}) {
    SCOPED_TRACE(jobs);
    const ScratchFolder folder;
    fs::create_directories(folder / "sweep/runs");
    write_text(folder / "sweep/runs/seed-1", "a file");
    auto words = sweep_below("sweep", {"--grid", "seed=1,2,3", "--epochs", "2"});
    *(std::ranges::find(words, "--jobs") + 1) = jobs;
    const Outcome outcome = run_program(folder.path(), words);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(lines_of(outcome.err).size(), 1u) << outcome.err;
    EXPECT_TRUE(outcome.err.starts_with("gridstride: 1 of 3 runs failed: seed-1: --out: cannot write to "))
        << outcome.err;
    EXPECT_NE(outcome.err.find("it is not a folder"), std::string::npos) << outcome.err;
    EXPECT_EQ(lines_with(outcome.out, "seed-1: failed to start"), 1u) << outcome.out;
    EXPECT_EQ(lines_with(outcome.out, ": done in "), 2u) << outcome.out;
    EXPECT_EQ(table_of(folder / "sweep").size(), 4u);
  }
}

TEST(SharedSweep, SaysForWhomItWaitsWithItsTable) {
  const ScratchFolder folder;
  fs::create_directories(folder / "sweep");
  auto lock = ProcessLock::take(folder / "sweep/only.lock");
  ASSERT_TRUE(lock);
  RunningProgram running(folder.path(), sweep_below("sweep", {"--grid", "seed=1,2", "--epochs", "1"}));
  const std::string line = "waits for process " + std::to_string(getpid()) + " on ";
  EXPECT_TRUE(soon([&] { return lines_with(running.output(), line) == 1; })) << running.output();
  lock.reset();
  EXPECT_EQ(running.wait().status, 0);
  EXPECT_TRUE(fs::exists(folder / "sweep/sweep.csv"));
}

TEST(SharedLab, RanksMakeTheReportTogether) {
  const ScratchFolder folder;
  std::ofstream(folder / "lab.json") << R"({"title": "three runs", "tasks": [{"id": "a", "title": "t",
    "timed_epochs": 2, "runs": [{"name": "one", "model": "lenet", "epochs": 300, "base": 2},
    {"name": "two", "model": "mlp", "epochs": 300, "base": 8}, {"name": "three", "model": "mlp", "epochs": 300,
    "base": 4}]}]})";
  const auto lab = [&](const std::string& out) {
    return std::vector<std::string>{"lab", "--lab",     "lab.json", "--device", "cpu", "--image-size", "16", "--limit",
                                    "16",  "--threads", "1",        "--out",    out};
  };
  ASSERT_EQ(run_program(folder.path(), lab("one")).status, 0);
  const std::vector<std::string> names = names_in(folder / "one/runs");
  const auto run_under_way = [&](const std::string& out) {
    std::string found;
    soon([&] {
      for (const std::string& name : names)
        if (is_under_way(folder / out / "runs" / name)) found = name;
      return !found.empty();
    });
    return found;
  };
  RunningProgram second(folder.path(), lab("two"), as_rank(1, 2));
  const std::string stopped = run_under_way("two");
  StoppedRun its(second, folder / "two/runs" / stopped);
  RunningProgram first(folder.path(), lab("two"), as_rank(0, 2));
  ASSERT_TRUE(soon([&] { return first.output().find(": done in ") != std::string::npos; }));
  its.go_on();
  const Outcome prints = first.wait(), quiet = second.wait();
  EXPECT_EQ(prints.status, 0) << prints.err;
  EXPECT_EQ(quiet.status, 0) << quiet.err;
  EXPECT_EQ(quiet.out + quiet.err, "");
  EXPECT_EQ(lines_with(prints.out, stopped + ": done by another process"), 1u) << prints.out;
  expect_same_bits(folder / "two", folder / "one");
  EXPECT_EQ(names_in(folder / "two/timing"), names_in(folder / "one/timing"));
  EXPECT_TRUE(fs::exists(folder / "two/report.html"));
  // Started by hand, without ranks: both end with the report.
  RunningProgram other(folder.path(), lab("by-hand"));
  const std::string waited_for = run_under_way("by-hand");
  other.send(SIGSTOP);
  RunningProgram waits(folder.path(), lab("by-hand"));
  const std::string holder = "process " + std::to_string(other.process()) + " on ";
  EXPECT_TRUE(soon([&] { return lines_with(waits.output(), waited_for + ": waits for " + holder) == 1; }))
      << waits.output();
  other.send(SIGCONT);
  const Outcome here = waits.wait(), there = other.wait();
  EXPECT_EQ(here.status, 0) << here.err;
  EXPECT_EQ(there.status, 0) << there.err;
  EXPECT_EQ(lines_with(here.out + there.out, ": 300 epochs in "), 3u) << "each run once\n" << here.out << there.out;
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
  const auto note = [&](std::size_t run, const apps::NotTaken& end) {
    EXPECT_TRUE(end.elsewhere);
    ended.push_back(runs[run].name + ": " + (end.failure.empty() ? "done" : end.failure));
  };
  apps::RunQueue here(runs, {0, 1}, note);
  {
    apps::RunQueue elsewhere(runs, {0, 1}, note);
    EXPECT_EQ(elsewhere.take(), 0u);
    EXPECT_EQ(here.take(), 1u) << "the next that is free";
    EXPECT_EQ(here.take(), std::nullopt);
    EXPECT_EQ(here.held_elsewhere(), std::vector<std::size_t>{0});
    EXPECT_FALSE(here.over());
    EXPECT_EQ(elsewhere.take(), std::nullopt);
    here.release(1);
  }
  EXPECT_TRUE(soon([&] { return here.take() == 0u; })) << "its holder is gone";
  EXPECT_TRUE(here.over());
  here.release(0);

  apps::RunQueue again(runs, {0, 1}, note), looks(runs, {0, 1}, note), meets(runs, {0}, note);
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
  looks.look();
  EXPECT_TRUE(looks.over());
  EXPECT_EQ(ended.size(), 4u) << "the same two";
  {
    const auto lock = ProcessLock::take(runs[0].run.folder / "run.lock");
    ASSERT_TRUE(lock);
    meets.look();
  }
  EXPECT_TRUE(meets.over()) << "done, though another process looks at it";
  apps::RunQueue later(runs, {0, 1}, note);
  EXPECT_EQ(later.done_before(), std::vector<std::size_t>{0});
  later.look();
  EXPECT_EQ(later.take(), 1u) << "a failure of before is tried again";
}

TEST(RunQueue, ReportsARunWhoseRecordIsDamagedAndGivesTheNext) {
  for (const bool before : {false, true}) {
    SCOPED_TRACE(before ? "before the queue is made" : "meanwhile");
    const ScratchFolder folder;
    const std::vector<apps::NamedRun> runs = {{"a", {{"lenet"}, 1, folder / "a"}}, {"b", {{"lenet"}, 1, folder / "b"}}};
    std::vector<apps::NotTaken> ended;
    const auto note = [&](std::size_t run, const apps::NotTaken& end) {
      EXPECT_EQ(run, 0u);
      ended.push_back(end);
    };
    const auto damage = [&] {
      fs::create_directory(folder / "a");
      write_text(folder / "a/run.json", "{");
    };
    if (before) damage();
    apps::RunQueue queue(runs, {0, 1}, note);
    if (!before) damage();
    EXPECT_TRUE(queue.done_before().empty());
    EXPECT_EQ(queue.take(), 1u);
    EXPECT_TRUE(queue.over());
    ASSERT_EQ(ended.size(), 1u);
    EXPECT_FALSE(ended[0].elsewhere);
    EXPECT_NE(ended[0].failure.find("run.json"), std::string::npos) << ended[0].failure;
  }
}

}  // namespace
}  // namespace gs::test
