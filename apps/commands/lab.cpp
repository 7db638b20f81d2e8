// lab.cpp - `gridstride lab`: every run of a lab, then its report.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "apps/cli/data_flags.h"
#include "apps/cli/device_flag.h"
#include "apps/cli/interrupt.h"
#include "apps/cli/progress.h"
#include "apps/cli/terminal.h"
#include "apps/commands/commands.h"
#include "apps/lab/lab_runs.h"
#include "apps/report/curves_png.h"
#include "apps/report/report_data.h"
#include "apps/report/report_page.h"
#include "apps/sweep/many_runs.h"
#include "apps/sweep/prepare.h"
#include "apps/sweep/run_queue.h"
#include "apps/sweep/shared_folder.h"
#include "engine/core/atomic_file.h"
#include "engine/core/error.h"
#include "engine/core/input_file.h"
#include "engine/core/json_text.h"
#include "engine/core/machine_limits.h"
#include "engine/core/seconds_since.h"
#include "engine/device/backends.h"
#include "engine/device/device_name.h"
#include "engine/ranks/ranks.h"
#include "kernels/common/grouped.h"

namespace gs::apps {
namespace {

struct LabOptions {
  DataRequest data;
  std::string device = "auto", out = "runs/lab";
  std::vector<std::string> only;
  std::optional<std::string> lab, positive;
  int seeds = 1, threads = 0, jobs = 0;
  bool quick = false, plan = false, quiet = false;
};

Arguments lab_arguments(LabOptions& o) {
  Arguments a(
      "lab [flags]",
      "Trains every run of a lab and writes report.html, which answers its questions, and curves.png. Runs that "
      "are the beginning of longer ones are trained once. After an interruption the same command goes on. Ranks of "
      "mpirun or srun, and the same command on other machines that see the folder, share the runs.");
  a.section("Lab");
  a.value("--only", o.only, "only these tasks: 5a,6c", some_text(), "IDS").separated_by_commas();
  a.flag("--quick", o.quick, "a tenth of the epochs");
  a.value("--seeds", o.seeds, "repeat every run with seeds 1 to N and show the spread", whole_number(1, 1000), "N");
  a.flag("--plan", o.plan, "print the runs and stop");
  a.value("--lab", o.lab, "another lab: a file like apps/lab/lesions.json", some_text(), "FILE");
  a.value("--positive", o.positive, "the class, of two, that sensitivity and ROC refer to", some_text(), "NAME")
      .default_str("as the lab says");
  a.section("Data");
  add_data_flags(a, o.data);
  a.section("Machine and output");
  add_device_flag(a, o.device, dealt_out);
  a.value("--threads", o.threads, "CPU threads; 0: OMP_NUM_THREADS, else all cores", whole_number(0, 4096), "N");
  a.value("--jobs", o.jobs, "runs at a time, which share the cores; 0: the default", whole_number(0, 4096), "N")
      .default_str(fmt::format("1; on each GPU as many as fit, up to {}", most_jobs_on_a_gpu));
  a.value("--out", o.out, "folder of the lab", some_text(), "DIR");
  a.flag("--quiet", o.quiet, "print warnings and errors only");
  return a;
}

LabPlan read_plan(const LabOptions& o) {
  if (!o.lab) return built_in_plan();
  check_is_file("--lab", *o.lab);
  return parse_plan(read_text(*o.lab, largest_json), *o.lab);
}

/// The flags that all runs share: data and machine. A list of GPUs is "cuda" there: a run is given one when it starts.
Words common_words(const std::map<std::string, std::string>& given) {
  Words words;
  for (const auto& [name, value] : given) {
    static const std::vector<std::string> own = {"only",     "quick", "seeds", "plan", "lab",
                                                 "positive", "out",   "quiet", "jobs"};
    if (std::find(own.begin(), own.end(), name) == own.end())
      words.push_back(fmt::format("--{}={}", name, name == "device" ? for_one_process(value) : value));
  }
  return words;
}

std::string plan_text(const LabPlan& plan, const std::vector<LabRun>& runs, std::int64_t images) {
  std::string text = fmt::format("{}\n\n", plan.title);
  std::int64_t to_do = 0;
  for (const PlannedTask& task : plan.tasks) {
    text += fmt::format("{:<4} {}\n", task.id, task.title);
    for (const PlannedRun& run : task.runs)
      text += fmt::format("       {:<32} {:>11}  {}\n", run.name, plural(run.epochs, "epoch"), run.key());
    if (task.timed_epochs > 0)
      text += fmt::format("       each also timed, alone, for {}\n", plural(task.timed_epochs, "epoch"));
  }
  for (const LabRun& run : runs) to_do += steps_of(run.plan, images);
  text += fmt::format("\n{} to train, {} on {}\n", plural(std::int64_t(runs.size()), "run"), plural(to_do, "step"),
                      plural(images, "training image"));
  return text;
}

ReportHead report_head(const LabPlan& plan, const LabOptions& o, const FinishedRun& run) {
  const double images = double(run.labels.size());
  ReportHead head{plan.title, "", {}, o.out};
  head.subtitle = fmt::format("{} + {} images of {}{}{}", run.record.data.training_images, images,
                              run.record.data.source, o.quick ? ", a tenth of the epochs (--quick)" : "",
                              o.seeds > 1 ? fmt::format(", {} seeds", o.seeds) : "");
  if (o.data.data == built_in_data)
    head.notes.push_back(
        "The images are synthetic:lesions, drawn by the program after the ABCD rule of dermoscopy. Their recipe was "
        "chosen with the authors' findings in view and is frozen; real lesions (--data) are the true test. No medical "
        "conclusion follows from them.");
  if (o.quick)
    head.notes.push_back(
        "These runs have a tenth of the epochs, and the authors' findings are about the whole lab: read this page as a "
        "rehearsal.");
  head.notes.push_back(
      fmt::format("Differences of validation numbers come with a 95 % interval from a paired bootstrap over the {} "
                  "validation images: a finding held, or did not, if the whole interval says so, and is too close to "
                  "call otherwise. At an accuracy of 0.75 the standard error is {:.3f}. {}",
                  images, std::sqrt(0.75 * 0.25 / images),
                  o.seeds > 1 ? "Curves are means over the seeds, bands their range."
                              : "One seed only: --seeds N shows the effect of the seed."));
  return head;
}

/// Reads the finished runs and writes report.html and curves.png.
void write_report(const LabPlan& plan, const LabOptions& o) {
  std::vector<ReportTask> tasks;
  for (const PlannedTask& task : plan.tasks) {
    std::vector<SeededRun> runs;
    for (const PlannedRun& run : task.runs) {
      runs.push_back({run.name, {}});
      for (int seed = 1; seed <= o.seeds; ++seed) {
        FinishedRun finished = read_finished(folder_of(o.out, run, seed), run.epochs);
        if (task.timed_epochs > 0) finished.seconds = read_finished(timing_folder_of(o.out, run)).seconds;
        runs.back().seeds.push_back(std::move(finished));
      }
    }
    tasks.push_back(report_task(task, std::move(runs)));
  }
  const ReportHead head = report_head(plan, o, tasks.at(0).runs.at(0).seeds.at(0));
  const std::string page = o.out + "/report.html", curves = o.out + "/curves.png";
  write_file(page, report_page(report_data(head, tasks)));
  write_curves_png(curves, tasks);
  if (!o.quiet) print_text(fmt::format("\n{}\nwritten  {}, {}\n", findings_text(tasks), page, curves));
}

void say_goes_on() {
  if (writes_results()) print_message("the lab goes on where it stopped when the same command is given again");
}

/// Each on the first of `gpus`, if there are any.
std::vector<NamedRun> named(const std::vector<LabRun>& runs, const Words& common,
                            const std::vector<std::string>& gpus) {
  std::vector<NamedRun> all;
  for (const LabRun& run : runs) {
    all.push_back({run.folder.filename().string(), kept(run, common)});
    if (!gpus.empty()) all.back().run.device = gpus.front();
  }
  return all;
}

/// Waits for the next run that is to be trained here; nullopt if all have ended. Throws Interrupted after Ctrl-C.
/// `wait`: called once if none is free, with one that another process has.
std::optional<std::size_t> next_run(RunQueue& queue, const std::function<void(std::size_t)>& wait) {
  const InterruptGuard interrupts;
  bool waits = false;
  while (!queue.over()) {
    if (const auto run = queue.take()) return run;
    if (!waits && !queue.held_elsewhere().empty()) {
      waits = true;
      wait(queue.held_elsewhere().front());
    }
    interrupts.check();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return std::nullopt;
}

/// `what`: prefix of each run's number in the lines of the lab.
int train_in_turn(const std::vector<NamedRun>& runs, bool quiet, const std::string& what = "") {
  using Clock = std::chrono::steady_clock;
  const auto label = [&](std::size_t i) { return fmt::format("{}{}/{} {}", what, i + 1, runs.size(), runs[i].name); };
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < runs.size(); ++i) all.push_back(i);
  RunQueue queue(runs, all, [&](std::size_t i, const NotTaken& end) {
    if (!end.failure.empty()) throw Error(fmt::format("{}: {}", runs[i].name, end.failure));
    if (!quiet) print_now(label(i) + ": done by another process\n");
  });
  if (!quiet)
    for (const std::size_t i : queue.done_before()) print_now(label(i) + ": done before\n");
  const auto wait = [&](std::size_t i) {
    if (!quiet) print_now(fmt::format("{}: waits for {}\n", label(i), RunDirectory(runs[i].run.folder).holder()));
  };
  while (const auto i = next_run(queue, wait)) {
    const auto start = Clock::now();
    if (const int status = train_lab_run(runs[*i].run, queue.folder(*i), quiet, label(*i)); status != 0) return status;
    queue.release(*i);
    const double seconds = seconds_since(start);
    if (!quiet)
      print_now(fmt::format("{}: {} in {}\n", label(*i), plural(runs[*i].run.epochs, "epoch"), duration(seconds)));
  }
  return 0;
}

/// On a GPU as many as fit into its memory, which is known after the remaining runs are compiled.
int jobs_of(const LabOptions& o, KeptApart how, const std::vector<LabRun>& runs, const Words& common,
            const std::vector<std::string>& gpus) {
  if (o.jobs > 0) return o.jobs;
  if (how == KeptApart::by_processes) return 1;
  std::vector<NamedRun> to_do = named(runs, common, gpus);
  std::erase_if(to_do, [](const NamedRun& run) { return is_done(run.run); });
  const MemoryNeeds needs = prepare(to_do, o.quiet);
  if (!o.quiet) print_now(memory_note(needs));
  return jobs_on_gpus(needs, gpus.size());
}

/// The runs share the cores evenly unless --threads is given.
void train_side_by_side(const std::vector<LabRun>& runs, Words common, const LabOptions& o, KeptApart how, int jobs,
                        const std::vector<std::string>& gpus) {
  if (o.threads == 0) common.push_back(fmt::format("--threads={}", std::max(1, cpu_cores() / jobs)));
  const std::vector<NamedRun> all = named(runs, common, gpus);
  const std::vector<std::string> failures =
      train_at_once(all, how, std::filesystem::path(o.out) / "logs", jobs, o.quiet, gpus);
  if (!writes_results()) return;  // the first rank tells of failures
  for (std::size_t i = 0; i < failures.size(); ++i)
    if (!failures[i].empty() && !is_done(all[i].run)) throw Error(fmt::format("{}: {}", all[i].name, failures[i]));
}

/// Trains all runs, here or elsewhere; then the first rank times them and writes the report. Returns the exit status.
int train_and_report(const LabPlan& plan, const LabOptions& o, const Words& common,
                     const std::vector<std::string>& gpus) {
  const std::vector<LabRun> runs = lab_runs(plan, o.out, o.seeds);
  const KeptApart how = gpus.empty() ? kept_apart_on(o.device) : KeptApart::by_threads;
  const int jobs = jobs_of(o, how, runs, common, gpus);
  open_shared_folder(o.out);
  // On a GPU also for one run at a time: if it fails for the whole process, the others go on in a new one (restart.h).
  // Also for ranks: one whose run fails goes on with the next.
  if (jobs > 1 || how == KeptApart::by_threads || launched_rank().size > 1)
    train_side_by_side(runs, common, o, how, jobs, gpus);
  else if (const int status = train_in_turn(named(runs, common, gpus), o.quiet); status != 0)
    return status;
  if (!writes_results()) return 0;
  const ProcessLock only = only_process_in(o.out, o.quiet);
  const int status = train_in_turn(named(timing_runs(plan, o.out), common, gpus), o.quiet, "timing ");
  if (status == 0) write_report(plan, o);
  return status;
}

}  // namespace

int lab_command(const Words& words) {
  LabOptions o;
  Arguments a = lab_arguments(o);
  if (!a.parse(words)) return 0;
  check_data_flags(o.data);
  LabPlan plan = read_plan(o);
  keep_tasks(plan, o.only);
  if (o.quick) make_quick(plan);
  if (o.positive)
    for (PlannedTask& task : plan.tasks)
      for (PlannedRun& run : task.runs) run.flags["positive"] = *o.positive;
  if (o.plan) {
    if (!writes_results()) return 0;
    const std::int64_t images =
        o.data.data == built_in_data ? o.data.train_size.value_or(1000) : load_with_progress(o.data, o.quiet).train.n;
    print_text(plan_text(plan, lab_runs(plan, o.out, o.seeds), images));
    return 0;
  }
  if (!writes_results()) o.quiet = true;
  const std::vector<std::string> gpus = listed_devices(o.device);
  const Words common = common_words(a.given_values());
  int status = 0;
  try {
    status = train_and_report(plan, o, common, gpus);
  } catch (const Interrupted& interrupted) {
    status = 128 + interrupted.signal;
  }
  if (status != 0) say_goes_on();
  return status;
}

}  // namespace gs::apps
