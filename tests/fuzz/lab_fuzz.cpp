// lab_fuzz.cpp - a lab's file: its runs, and its findings checked against made-up results.
#include <cmath>

#include "apps/lab/findings.h"
#include "apps/lab/plan.h"
#include "tests/fuzz/fuzz.h"

using namespace gs;
using namespace gs::apps;

namespace {

/// Two seeds of a run. Runs differ in their epochs, and the second in its images.
SeededRun made_run(const PlannedRun& planned, int number) {
  SeededRun result{planned.name, {}};
  for (int seed = 1; seed <= 2; ++seed) {
    FinishedRun run;
    run.folder = planned.name;
    run.labels.assign(number == 1 ? 2 : 3, 0);
    run.labels.back() = 1;
    run.loss = {.kind = LossKind::bce, .classes = 1};
    for (int e = 1; e <= 1 + (number + std::min(planned.epochs, 8)) % 8; ++e) {
      const double x = std::sin(e * (number + seed));
      run.history.push_back({e, 1 - x, x, 1 + x, -x, 1e-3, 1 + x, 100});
      run.seconds.push_back(1 + x);
      for (std::size_t i = 0; i < run.labels.size(); ++i) run.logits.push_back(float(x + double(i)));
    }
    run.best_logits.assign(run.labels.size(), 1.0f);
    result.seeds.push_back(std::move(run));
  }
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  LabPlan plan;
  if (!fuzz::taken([&] {
        plan = parse_plan(std::string(fuzz::text_of(data, size)), "lab.json");
        for (const PlannedTask& task : plan.tasks) fuzz::demand(!task.runs.empty(), "a task without runs");
      }))
    return 0;
  for (const bool quick : {false, true}) {
    if (quick) make_quick(plan);
    fuzz::demand(!runs_to_train(plan).empty(), "a lab without runs");
    for (const PlannedTask& task : plan.tasks) {
      std::vector<SeededRun> runs;
      for (const PlannedRun& run : task.runs) runs.push_back(made_run(run, int(runs.size())));
      for (const PlannedFinding& finding : task.findings)
        if (finding.checks.size() + finding.states.size() < 8)  // a bootstrap each
          fuzz::taken([&] { (void)examine(finding, runs); });
    }
  }
  return 0;
}
