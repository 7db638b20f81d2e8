// plan.h - a lab as data: tasks, the runs each looks at, and what its authors found. lesions.json is the one that is
// built in; another file of the same form is another lab.
#pragma once
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace gs::apps {

/// A run that a task looks at: a model, the flags of `gridstride train`, and for how many epochs.
struct PlannedRun {
  std::string name;                          ///< in the task's curves and tables: "rate 1e-4"
  std::string model;                         ///< "lenet"
  std::map<std::string, std::string> flags;  ///< without --epochs; "lr" -> "1e-05"
  int epochs = 1;

  /// Runs with the same key are the same run, or the beginning of it.
  std::string key() const;
};

/// What the authors found, and what must be so for it to hold here (the checks of findings.h), or what is stated.
struct PlannedFinding {
  std::string says;
  std::vector<nlohmann::json> checks, states;
};

struct PlannedTask {
  std::string id, title;
  std::vector<PlannedRun> runs;
  std::vector<PlannedFinding> findings;
  std::vector<nlohmann::json> shows;  ///< what else the report shows: {"kind": "roc", "runs": [0, 1]}
  bool curves = true;
  int timed_epochs =
      0;  ///< seconds an epoch come from so many epochs of each run, run alone; 0: from the runs as they were
};

struct LabPlan {
  std::string title;
  std::vector<PlannedTask> tasks;
};

/// Throws UsageError that names `source`, the task and the field.
LabPlan parse_plan(const std::string& text, const std::string& source);

/// The built-in one (apps/lab/lesions.json).
LabPlan built_in_plan();

/// Keeps the tasks with these ids, in the order of the plan. Throws UsageError for an id that the plan does not have.
void keep_tasks(LabPlan&, const std::vector<std::string>& ids);

/// A tenth of the epochs, at least 2, also where a check counts epochs.
void make_quick(LabPlan&);

/// The runs to train, each key once and as long as any task needs it, in the order of the plan.
std::vector<PlannedRun> runs_to_train(const LabPlan&);

}  // namespace gs::apps
