// report.cpp - `gridstride report RUN...`: one page for any runs, side by side.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/cli/arguments.h"
#include "apps/cli/terminal.h"
#include "apps/commands/commands.h"
#include "apps/report/curves_png.h"
#include "apps/report/report_data.h"
#include "apps/report/report_page.h"
#include "engine/core/atomic_file.h"
#include "engine/core/error.h"

namespace gs::apps {
namespace {

struct ReportOptions {
  std::vector<std::string> runs;
  std::optional<std::string> out;
  bool quiet = false;
};

/// The last part of a run's folder.
std::string name_of(const std::string& folder) {
  const std::filesystem::path path = std::filesystem::path(folder + "/").parent_path();
  return path.filename().string();
}

/// One task that compares the runs; ROC curves if all have two classes.
PlannedTask comparison(const std::vector<SeededRun>& runs) {
  PlannedTask task;
  task.id = "";
  task.title = runs.size() == 1 ? runs[0].name : "Side by side";
  bool two_classes = true, images = true;
  for (const SeededRun& run : runs) {
    const RunRecord& record = run.seeds[0].record;
    two_classes = two_classes && record.data.classes.size() == 2;
    images = images && record.network.features == "pixels";
  }
  nlohmann::json all = nlohmann::json::array();
  for (std::size_t i = 0; i < runs.size(); ++i) all.push_back(i);
  task.shows.push_back({{"kind", "parameters"}, {"runs", all}});
  if (two_classes) task.shows.push_back({{"kind", "roc"}, {"runs", all}});
  for (std::size_t i = 0; i < runs.size(); ++i) {
    task.shows.push_back({{"kind", "confusion"}, {"run", i}});
    if (images) task.shows.push_back({{"kind", "mistakes"}, {"run", i}});
  }
  return task;
}

}  // namespace

int report_command(const Words& words) {
  ReportOptions o;
  Arguments a("report RUN... [flags]",
              "Writes report.html, one self-contained page, and curves.png for finished runs: curves side by side, "
              "tables, confusion matrices, ROC curves, the worst mistakes, links to the runs' profiles.");
  a.positional("runs", o.runs);
  a.section("Output");
  a.value("--out", o.out, "folder to write to", some_text(), "DIR").default_str("the first run's");
  a.flag("--quiet", o.quiet, "print errors only");
  if (!a.parse(words)) return 0;
  if (o.runs.empty()) throw UsageError("report: which runs? 'gridstride report runs/lenet-32' shows one");
  std::vector<SeededRun> runs;
  for (const std::string& folder : o.runs) runs.push_back({name_of(folder), {read_finished(folder)}});
  const PlannedTask plan = comparison(runs);
  const std::vector<ReportTask> tasks = {report_task(plan, std::move(runs))};
  const std::filesystem::path out = o.out.value_or(o.runs[0]);
  ReportHead head{
      o.runs.size() == 1 ? "A training run" : "Training runs", fmt::format("{}", fmt::join(o.runs, ", ")), {}, out};
  for (const SeededRun& run : tasks[0].runs) {
    const auto& results = run.seeds[0].record.results;
    if (const std::string assessment = results ? results->assessment : ""; !assessment.empty())
      head.notes.push_back(fmt::format("{}: {}", run.name, assessment));
  }
  std::error_code error;
  std::filesystem::create_directories(out, error);
  if (error) throw Error(fmt::format("cannot make the folder {}: {}", out.string(), error.message()));
  write_file(out / "report.html", report_page(report_data(head, tasks)));
  write_curves_png(out / "curves.png", tasks);
  if (!o.quiet) print_text(fmt::format("written  {0}/report.html, {0}/curves.png\n", out.string()));
  return 0;
}

}  // namespace gs::apps
