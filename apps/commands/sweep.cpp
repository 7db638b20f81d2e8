// sweep.cpp - `gridstride sweep`: a run for every combination of flags, as many at once as fit on the machine.
#include <algorithm>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "apps/cli/device_flag.h"
#include "apps/cli/interrupt.h"
#include "apps/cli/terminal.h"
#include "apps/commands/commands.h"
#include "apps/sweep/many_runs.h"
#include "apps/sweep/prepare.h"
#include "apps/sweep/shared_folder.h"
#include "apps/sweep/sweep_plan.h"
#include "apps/sweep/sweep_table.h"
#include "engine/core/atomic_file.h"
#include "engine/core/error.h"
#include "engine/core/machine_limits.h"
#include "engine/device/backends.h"
#include "engine/device/device_name.h"
#include "kernels/common/grouped.h"

namespace gs::apps {
namespace {

constexpr std::size_t most_runs_in_report = 16;  // a page of more is slow to open and hard to read

struct SweepOptions {
  TrainOptions train;  ///< the flags that all runs share
  std::vector<std::string> grid, list;
  std::optional<std::string> file, out;
  int jobs = 0;
  bool plan = false, quiet = false;
};

Arguments sweep_arguments(SweepOptions& o) {
  Arguments a("sweep MODEL --grid FLAG=A,B,... [flags of train]",
              "Trains a network once for every combination of the values of some flags, several runs at a time, and "
              "compares them: a table, sweep.csv, sweep.json and report.html. After an interruption the same command "
              "goes on. Ranks of mpirun or srun, and the same command on other machines that see the folder, share "
              "the runs.");
  a.section("Sweep");
  a.value("--grid", o.grid, "a flag of train and its values: lr=1e-5,1e-4; may be repeated: every combination is run",
          some_text(), "FLAG=A,B")
      .repeatable();
  a.value("--run", o.list, "one more run, with these flags: optimizer=sgd,momentum=0.9; may be repeated", some_text(),
          "FLAG=A,...")
      .repeatable();
  a.value("--file", o.file, "a JSON file with model, flags, grid and list (docs/sweep.md)", some_text(), "FILE");
  a.value("--jobs", o.jobs, "runs at a time, without effect on results; 0: the default", whole_number(0, 4096), "N")
      .default_str(fmt::format("cores / --threads; on each GPU as many as fit, up to {}", most_jobs_on_a_gpu));
  a.flag("--plan", o.plan, "print the runs and stop");
  a.value("--out", o.out, "folder of the sweep", some_text(), "DIR").default_str("runs/sweep-MODEL");
  a.flag("--quiet", o.quiet, "print errors and the answer only");
  add_run_flags(a, o.train, dealt_out);
  return a;
}

bool is_sweeps_own(const std::string& flag) {
  static const std::vector<std::string> own = {"grid", "run",   "file",  "jobs",   "plan",
                                               "out",  "quiet", "model", "threads"};
  return std::find(own.begin(), own.end(), flag) != own.end();
}

SweepPlan read_plan(const SweepOptions& o, const std::map<std::string, std::string>& given) {
  SweepPlan plan;
  plan.model = o.train.model;
  for (const std::string& text : o.grid) plan.grid.push_back(parse_axis(text));
  for (const std::string& text : o.list) plan.list.push_back(parse_list_entry(text));
  if (o.file) add_sweep_file(plan, *o.file);
  // Flags of the command line override those of the file.
  for (const auto& [flag, value] : given) {
    if (is_sweeps_own(flag)) continue;
    std::erase_if(plan.flags, [&flag = flag](const auto& f) { return f.first == flag; });
    plan.flags.emplace_back(flag, value);
  }
  if (plan.model.empty()) throw UsageError("sweep: which network? 'gridstride sweep lenet --grid lr=1e-5,1e-4'");
  return plan;
}

/// Small networks use one core best; the other cores go to other runs.
int threads_of(const SweepOptions& o) {
  return o.train.threads == 0 ? 1 : o.train.threads;
}

/// --device of the plan. A list of GPUs is "cuda" in the runs' words from then on: which one is chosen when a run
/// starts.
std::string take_device(SweepPlan& plan) {
  const auto at = std::ranges::find(plan.flags, "device", &std::pair<std::string, std::string>::first);
  if (at == plan.flags.end()) return "auto";
  const std::string device = at->second;
  at->second = for_one_process(device);
  return device;
}

/// Each run is on the GPU that it is given.
void check_no_device_varies(const std::vector<SweepRun>& runs) {
  for (const SweepRun& run : runs)
    for (const auto& [flag, value] : run.varied)
      if (flag == "device")
        throw UsageError(fmt::format("run {}: --device cannot vary if GPUs are dealt out", run.name));
}

/// On a GPU as many as fit into its memory, which is known when the runs are prepared.
int jobs_of(const SweepOptions& o, KeptApart how, const MemoryNeeds& needs, std::size_t gpus) {
  if (o.jobs > 0) return o.jobs;
  return how == KeptApart::by_threads ? jobs_on_gpus(needs, gpus) : std::max(1, cpu_cores() / threads_of(o));
}

void write_report(const std::vector<SweepResult>& results, const std::filesystem::path& out) {
  Words words;
  for (const SweepResult& r : results)
    if (r.failure.empty() && words.size() < most_runs_in_report) words.push_back(r.run->run.folder.string());
  if (words.empty()) return;
  words.insert(words.end(), {"--quiet", "--out=" + out.string()});
  report_command(words);
}

/// Throws Error if runs failed, with the reason of one. `logs`: where the others are explained, or empty.
void check_failures(const std::vector<SweepResult>& results, const std::filesystem::path& logs) {
  const auto has_failed = [](const SweepResult& r) { return !r.failure.empty(); };
  const auto failed = std::ranges::count_if(results, has_failed);
  if (failed == 0) return;
  const SweepResult& one = *std::ranges::find_if(results, has_failed);
  throw Error(fmt::format("{} of {} failed: {}{}: {}{}", failed, plural(std::int64_t(results.size()), "run"),
                          failed > 1 ? "the first, " : "", one.run->name, one.failure,
                          logs.empty() ? "" : fmt::format("; {} says more", logs.string())));
}

}  // namespace

int sweep_command(const Words& words) {
  SweepOptions o;
  Arguments a = sweep_arguments(o);
  if (!a.parse(words)) return 0;
  SweepPlan plan = read_plan(o, a.given_values());
  const std::string device = take_device(plan);
  const std::filesystem::path out = o.out.value_or("runs/sweep-" + plan.model);
  const std::vector<SweepRun> runs = sweep_runs(plan, {fmt::format("--threads={}", threads_of(o))}, out);
  const std::vector<std::string> gpus = listed_devices(device);
  if (!gpus.empty()) check_no_device_varies(runs);
  const KeptApart how = gpus.empty() ? kept_apart_on(device) : KeptApart::by_threads;
  if (o.plan) {
    if (!writes_results()) return 0;
    for (const SweepRun& run : runs) print_text(fmt::format("{}: {}\n", run.name, plural(run.run.epochs, "epoch")));
    print_text(fmt::format("\n{} of {}, {}{} at a time, below {}\n", plural(std::int64_t(runs.size()), "run"),
                           plan.model, how == KeptApart::by_threads && o.jobs == 0 ? "up to " : "",
                           jobs_of(o, how, {}, gpus.size()), out.string()));
    return 0;
  }
  if (!writes_results()) o.quiet = true;
  std::vector<NamedRun> named;
  for (const SweepRun& run : runs) {
    named.push_back({run.name, run.run});
    if (!gpus.empty()) named.back().run.device = gpus.front();  // to prepare it
  }
  const MemoryNeeds needs = prepare(named, o.quiet);
  const int jobs = jobs_of(o, how, needs, gpus.size());
  if (o.jobs == 0 && !o.quiet) print_now(memory_note(needs));
  std::vector<std::string> failures;
  std::optional<ProcessLock> only;
  open_shared_folder(out);
  try {
    failures = train_at_once(named, how, out / "logs", jobs, o.quiet, gpus);
    if (!writes_results()) return 0;  // also after failures, of which the first rank tells
    only.emplace(only_process_in(out, o.quiet));
  } catch (const Interrupted& interrupted) {
    if (writes_results()) print_message("the sweep goes on where it stopped when the same command is given again");
    return 128 + interrupted.signal;
  }
  const std::vector<SweepResult> results = sweep_results(runs, failures);
  write_file(out / "sweep.csv", sweep_csv(results));
  write_file(out / "sweep.json", sweep_json(results));
  write_report(results, out);
  if (!o.quiet) print_text(fmt::format("\n{}\n", sweep_table(results)));
  print_text(sweep_answer(results) + "\n");
  if (!o.quiet) print_text(fmt::format("written  {}/sweep.csv, sweep.json, report.html\n", out.string()));
  check_failures(results, how == KeptApart::by_processes ? out / "logs" : std::filesystem::path());
  return 0;
}

}  // namespace gs::apps
