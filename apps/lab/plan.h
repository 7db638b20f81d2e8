// plan.h - a lab as data: tasks, the runs of each, and its authors' findings. lesions.json is built in; another file of
// the same form is another lab.
#pragma once
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace gs::apps {

/// A run of a task: a model, the flags of `gridstride train`, the number of epochs.
struct PlannedRun {
  std::string name;                          ///< its name in the task's curves and tables: "rate 1e-4"
  std::string model;                         ///< "lenet"
  std::map<std::string, std::string> flags;  ///< all but --epochs; "lr" -> "1e-05"
  int epochs = 1;
  int batch = 1;  ///< images per step, by its flags

  /// Runs with the same key are the same run, or the beginning of it.
  std::string key() const;
};

/// A finding of the authors, with the checks (findings.h) that must hold for it to hold, or with statements.
struct PlannedFinding {
  std::string says;
  std::vector<nlohmann::json> checks, states;
};

struct PlannedTask {
  std::string id, title;
  std::vector<PlannedRun> runs;
  std::vector<PlannedFinding> findings;
  std::vector<nlohmann::json> shows;  ///< more blocks of the report: {"kind": "roc", "runs": [0, 1]}
  bool curves = true;
  /// Epochs of each run that are trained alone to time an epoch; 0: the runs' own times are used.
  int timed_epochs = 0;
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

/// A tenth of the epochs, at least 2, in the runs and in the checks that count epochs.
void make_quick(LabPlan&);

/// The runs to train, in the order of the plan: each key once, with the most epochs that a task needs.
std::vector<PlannedRun> runs_to_train(const LabPlan&);

}  // namespace gs::apps
