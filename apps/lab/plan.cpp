// plan.cpp - reads a lab's file and finds the runs that share their beginning.
#include "apps/lab/plan.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/error.h"
#include "engine/core/nearest.h"
#include "models/models.h"

namespace gs::apps {

extern const std::string_view lab_lesions;  // embedded by CMake

namespace {

using Json = nlohmann::json;

/// A place in the file, for messages.
struct Place {
  std::string source, task;
  [[noreturn]] void bad(const std::string& what) const {
    throw UsageError(fmt::format("{}{}: {}", source, task.empty() ? "" : ", task " + task, what));
  }
};

template <class T>
T field(const Json& object, const char* name, const Place& place) {
  if (!object.is_object() || !object.contains(name)) place.bad(fmt::format("the field \"{}\" is missing", name));
  try {
    return object[name].get<T>();
  } catch (const Json::exception&) {
    place.bad(fmt::format("the field \"{}\" is of the wrong type: {}", name, object[name].dump()));
  }
}

std::string flag_text(const Json& value, const std::string& name, const Place& place) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return std::to_string(value.get<std::int64_t>());
  if (value.is_number()) return fmt::format("{:g}", value.get<double>());
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  place.bad(fmt::format("the flag \"{}\" must be a word, a number or true", name));
}

PlannedRun parse_run(const Json& json, const Json& common, const Place& place) {
  PlannedRun run;
  run.name = field<std::string>(json, "name", place);
  run.model = field<std::string>(json, "model", place);
  run.epochs = field<int>(json, "epochs", place);
  if (run.epochs < 1) place.bad("epochs must be 1 or more");
  for (const auto& [name, value] : common.items()) run.flags[name] = flag_text(value, name, place);
  for (const auto& [name, value] : json.items())
    if (name != "name" && name != "model" && name != "epochs") run.flags[name] = flag_text(value, name, place);
  return run;
}

std::vector<Json> list(const Json& object, const char* name, const Place& place) {
  return object.contains(name) ? field<std::vector<Json>>(object, name, place) : std::vector<Json>();
}

/// Checks that every run that `json` names is one of the task's.
void check_indices(const Json& json, const PlannedTask& task, const Place& place) {
  const auto check = [&](const Json& index) {
    if (!index.is_number_integer() || index < 0 || index >= int(task.runs.size()))
      place.bad(fmt::format("{} is not a run of the task (0 to {})", json.dump(), task.runs.size() - 1));
  };
  for (const char* name : {"run", "than", "gap", "best"})
    if (json.contains(name)) check(json[name]);
  for (const Json& index : list(json, "runs", place)) check(index);
}

PlannedTask parse_task(const Json& json, const Json& common, Place place) {
  PlannedTask task;
  task.id = field<std::string>(json, "id", place);
  place.task = task.id;
  task.title = field<std::string>(json, "title", place);
  for (const Json& run : field<std::vector<Json>>(json, "runs", place))
    task.runs.push_back(parse_run(run, common, place));
  for (const Json& finding : list(json, "findings", place)) {
    task.findings.push_back(
        {field<std::string>(finding, "says", place), list(finding, "holds_if", place), list(finding, "states", place)});
    for (const auto* checks : {&task.findings.back().checks, &task.findings.back().states})
      for (const Json& check : *checks) check_indices(check, task, place);
  }
  task.shows = list(json, "show", place);
  for (const Json& show : task.shows) check_indices(show, task, place);
  task.curves = json.value("curves", true);
  if (json.contains("timed_epochs")) task.timed_epochs = field<int>(json, "timed_epochs", place);
  if (task.timed_epochs < 0) place.bad("timed_epochs must be 0 or more");
  return task;
}

/// True if the beginning of the run is the same for any --epochs: nothing in it depends on its length.
bool can_be_shared(const PlannedRun& run) {
  return run.flags.count("schedule") == 0 && run.flags.count("patience") == 0;
}

}  // namespace

std::string PlannedRun::key() const {
  std::string key = model;
  for (const auto& [name, value] : flags) key += fmt::format(" --{}={}", name, value);
  if (!can_be_shared(*this)) key += fmt::format(" --epochs={}", epochs);
  return key;
}

LabPlan parse_plan(const std::string& text, const std::string& source) {
  const Json json = Json::parse(text, nullptr, false, true);
  const Place place{source, ""};
  if (!json.is_object()) place.bad("not a JSON object");
  LabPlan plan;
  plan.title = field<std::string>(json, "title", place);
  const Json common = json.value("flags", Json::object());
  for (const Json& task : field<std::vector<Json>>(json, "tasks", place))
    plan.tasks.push_back(parse_task(task, common, place));
  if (plan.tasks.empty()) place.bad("there are no tasks");
  for (const PlannedTask& task : plan.tasks)
    for (const PlannedRun& run : task.runs) find_model(run.model);
  return plan;
}

LabPlan built_in_plan() {
  return parse_plan(std::string(lab_lesions), "apps/lab/lesions.json");
}

void keep_tasks(LabPlan& plan, const std::vector<std::string>& ids) {
  std::vector<std::string> known;
  for (const PlannedTask& task : plan.tasks) known.push_back(task.id);
  for (const std::string& id : ids)
    if (std::find(known.begin(), known.end(), id) == known.end())
      throw UsageError(fmt::format("--only: there is no task '{}': {}", id, suggestion(id, known)));
  if (!ids.empty())
    std::erase_if(plan.tasks,
                  [&](const PlannedTask& task) { return std::find(ids.begin(), ids.end(), task.id) == ids.end(); });
}

void make_quick(LabPlan& plan) {
  const auto tenth = [](int epochs) { return std::max(2, (epochs + 9) / 10); };
  for (PlannedTask& task : plan.tasks) {
    for (PlannedRun& run : task.runs) run.epochs = tenth(run.epochs);
    if (task.timed_epochs > 0) task.timed_epochs = tenth(task.timed_epochs);
    for (PlannedFinding& finding : task.findings)
      for (Json& check : finding.checks)
        for (const char* name : {"before", "from"})
          if (check.contains(name)) check[name] = tenth(check[name].get<int>());
  }
}

std::vector<PlannedRun> runs_to_train(const LabPlan& plan) {
  std::vector<PlannedRun> runs;
  for (const PlannedTask& task : plan.tasks)
    for (const PlannedRun& run : task.runs) {
      const auto same = std::find_if(runs.begin(), runs.end(), [&](const auto& r) { return r.key() == run.key(); });
      if (same == runs.end())
        runs.push_back(run);
      else
        same->epochs = std::max(same->epochs, run.epochs);
    }
  return runs;
}

}  // namespace gs::apps
