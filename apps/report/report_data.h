// report_data.h - computes the data of the report page for a lab or for any runs (apps/report/page/README.md).
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/lab/findings.h"
#include "apps/lab/finished.h"
#include "apps/lab/plan.h"

namespace gs::apps {

/// A task with its finished runs and its findings.
struct ReportTask {
  PlannedTask plan;
  std::vector<SeededRun> runs;     ///< ordered as plan.runs
  std::vector<Evidence> evidence;  ///< ordered as plan.findings
};

/// Examines every finding of a task.
ReportTask report_task(const PlannedTask&, std::vector<SeededRun> runs);

struct ReportHead {
  std::string title, subtitle;
  std::vector<std::string> notes;
  std::filesystem::path folder;  ///< the folder of the page: links to the runs' profiles are relative to it
};

/// The page's data. Pictures need the runs' images: they are read again, or drawn.
nlohmann::ordered_json report_data(const ReportHead&, const std::vector<ReportTask>&);

/// One line a finding, for the terminal: "5b  held               Longer training lowers both losses."
std::string findings_text(const std::vector<ReportTask>&);

}  // namespace gs::apps
