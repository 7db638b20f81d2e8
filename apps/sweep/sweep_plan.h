// sweep_plan.h - the runs of a sweep: a grid or a list of flags, over flags that all runs share.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "apps/run/kept_run.h"

namespace gs::apps {

constexpr std::int64_t most_sweep_runs = 10000;

using Flags = std::vector<std::pair<std::string, std::string>>;  ///< without dashes: {"lr", "1e-4"}

/// "lr=1e-5,1e-4": a flag and its values. A value with a comma needs a file.
struct SweepAxis {
  std::string flag;
  std::vector<std::string> values;
};

struct SweepPlan {
  std::string model;
  Flags flags;                  ///< shared by all runs
  std::vector<SweepAxis> grid;  ///< every combination
  std::vector<Flags> list;      ///< and these
};

/// Throws UsageError for other text.
SweepAxis parse_axis(const std::string& text);

/// "optimizer=sgd,momentum=0.9": the flags of one run of a list. Throws UsageError for other text.
Flags parse_list_entry(const std::string& text);

/// A JSON file: {"model": "alexnet", "flags": {"base": 8}, "grid": {"batch": [2, 4], "lr": [1e-5, 1e-4]},
/// "list": [{"optimizer": "sgd", "momentum": 0.9}]}; its entries are added to `plan`. Throws UsageError that names the
/// file and the field.
void add_sweep_file(SweepPlan& plan, const std::filesystem::path& file);

struct SweepRun {
  Flags varied;      ///< the flags that distinguish this run from the others
  std::string name;  ///< "batch-4_lr-1e-5"
  KeptRun run;
};

/// Every run, below `folder`; `common` words come after the plan's flags. Each is checked as `train` would check it:
/// throws UsageError that begins with the run's name. Throws also if nothing varies, two runs are the same, or there
/// are more than most_sweep_runs.
std::vector<SweepRun> sweep_runs(const SweepPlan&, const Words& common, const std::filesystem::path& folder);

}  // namespace gs::apps
