// lab_command.cpp - `gridstride lab`: every run of a lab, then its report.
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "apps/command.h"
#include "apps/data_flags.h"
#include "apps/lab/lab_runs.h"
#include "apps/progress.h"
#include "apps/terminal.h"
#include "engine/core/error.h"
#include "engine/core/grouped.h"

namespace gs::apps {
namespace {

struct LabOptions {
  DataRequest data;
  std::string device = "auto", out = "runs/lab";
  std::vector<std::string> only;
  std::optional<std::string> lab, positive;
  int seeds = 1, threads = 0;
  bool quick = false, plan = false, quiet = false;
};

Arguments lab_arguments(LabOptions& o) {
  Arguments a("lab [flags]",
              "Trains every run of a lab and writes report.html, which answers its questions. Runs that are the "
              "beginning of longer ones are not done twice; interrupted, it goes on where it stopped.");
  a.section("Lab");
  a.value("--only", o.only, "tasks to do, and no others: 5a,6c", some_text(), "IDS")->delimiter(',');
  a.flag("--quick", o.quick, "a tenth of the epochs, for a look");
  a.value("--seeds", o.seeds, "repeat every run with seeds 1 to N and show the spread", whole_number(1, 1000), "N");
  a.flag("--plan", o.plan, "print the runs and stop");
  a.value("--lab", o.lab, "another lab: a file like apps/lab/lesions.json", some_text(), "FILE");
  a.value("--positive", o.positive, "of two classes, the one that sensitivity and ROC speak of", some_text(), "NAME")
      ->default_str("as the lab says");
  a.section("Data");
  add_data_flags(a, o.data);
  a.section("Machine and output");
  a.choice("--device", o.device, "auto: cuda if there is a GPU, else cpu", {"auto", "cuda", "cpu", "sim"});
  a.value("--threads", o.threads, "CPU threads; 0: all cores", whole_number(0, 4096), "N");
  a.value("--out", o.out, "folder of the lab", some_text(), "DIR");
  a.flag("--quiet", o.quiet, "print warnings and errors only");
  return a;
}

LabPlan read_plan(const LabOptions& o) {
  if (!o.lab) return built_in_plan();
  std::ifstream in(*o.lab);
  if (!in) throw UsageError(fmt::format("--lab {}: there is no such file", *o.lab));
  std::ostringstream text;
  text << in.rdbuf();
  return parse_plan(text.str(), *o.lab);
}

/// The flags that every run gets: data and machine.
Words common_words(const std::map<std::string, std::string>& given, const LabOptions& o) {
  Words words;
  for (const auto& [name, value] : given) {
    static const std::vector<std::string> own = {"only", "quick", "seeds", "plan", "lab", "positive", "out", "quiet"};
    if (std::find(own.begin(), own.end(), name) == own.end()) words.push_back(fmt::format("--{}={}", name, value));
  }
  (void)o;
  return words;
}

std::string plan_text(const LabPlan& plan, const std::vector<LabRun>& runs, int seeds, std::int64_t images) {
  std::string text = fmt::format("{}\n\n", plan.title);
  std::int64_t listed = 0, to_do = 0;
  for (const PlannedTask& task : plan.tasks) {
    text += fmt::format("{:<4} {}\n", task.id, task.title);
    for (const PlannedRun& run : task.runs) {
      if (task.curves) listed += seeds * steps_of(run, images);
      text += fmt::format("       {:<32} {:>4} epochs  {}\n", run.name, run.epochs, run.key());
    }
  }
  for (const LabRun& run : runs) to_do += steps_of(run.plan, images);
  text +=
      fmt::format("\n{} runs to train, {} steps on {} training images\n", runs.size(), grouped(to_do), grouped(images));
  return text;
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
  const std::vector<LabRun> runs = lab_runs(plan, o.out, o.seeds);
  if (o.plan) {
    const std::int64_t images =
        o.data.data == built_in_data ? o.data.train_size.value_or(1000) : load_with_progress(o.data, o.quiet).train.n;
    fmt::print("{}", plan_text(plan, runs, o.seeds, images));
    return 0;
  }
  const Words common = common_words(a.given_values(), o);
  using Clock = std::chrono::steady_clock;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::string label = fmt::format("{}/{} {}", i + 1, runs.size(), runs[i].folder.filename().string());
    if (is_done(runs[i], common)) {
      if (!o.quiet) fmt::print("{}: done before\n", label);
      continue;
    }
    const auto start = Clock::now();
    if (const int status = train_lab_run(runs[i], common, o.quiet, label); status != 0) {
      fmt::print(stderr, "gridstride: the lab goes on where it stopped when the same command is given again\n");
      return status;
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (!o.quiet) fmt::print("{}: {} epochs in {}\n", label, runs[i].plan.epochs, duration(seconds));
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace gs::apps
