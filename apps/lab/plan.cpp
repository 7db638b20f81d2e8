// plan.cpp - reads a lab's file and finds the runs that share their beginning.
#include "apps/lab/plan.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "apps/lab/plan_fields.h"
#include "apps/run/train_options.h"
#include "engine/core/error.h"
#include "engine/core/json_field.h"
#include "engine/core/json_text.h"
#include "engine/core/nearest.h"
#include "models/models.h"

namespace gs::apps {

extern const std::string_view lab_lesions;  // embedded by CMake

namespace {

using Json = nlohmann::json;

std::string flag_text(const JsonField& field) {
  const Json& value = field.json();
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer() || value.is_boolean()) return json_text(value);
  if (value.is_number()) return fmt::format("{:g}", value.get<double>());
  field.refuse("a word, a number or true");
}

/// Adds the flags of an object, but not its members `but`.
void add_flags(PlannedRun& run, const JsonField& json, const std::vector<std::string>& but) {
  for (const std::string& name : json.keys())
    if (std::find(but.begin(), but.end(), name) == but.end()) run.flags[name] = flag_text(json[name]);
}

/// Flags that the lab itself gives each run.
bool is_labs_own(const std::string& flag) {
  return belongs_to_one_run(flag) || flag == "epochs" || flag == "seed" || flag == "keep-predictions";
}

/// Checks the run's flags as `train` would. Throws UsageError without the place in the file.
void check_flags(PlannedRun& run) {
  find_model(run.model);
  Words words = {run.model, fmt::format("--epochs={}", run.epochs)};
  for (const auto& [name, value] : run.flags) {
    if (is_labs_own(name)) throw UsageError(fmt::format("--{} is not for the runs of a lab; leave it out", name));
    words.push_back(fmt::format("--{}={}", name, value));
  }
  TrainOptions options;
  std::map<std::string, std::string> given;
  parse_train_words(words, options, given);
  run.batch = options.batch;
}

/// `place`: the file and the task, for messages.
PlannedRun parse_run(const JsonField& json, const std::optional<JsonField>& common, const std::string& place) {
  PlannedRun run;
  run.name = json.get<std::string>("name");
  run.model = json.get<std::string>("model");
  run.epochs = int(json["epochs"].whole_number(1, std::numeric_limits<int>::max()));
  if (common) add_flags(run, *common, {});
  add_flags(run, json, {"name", "model", "epochs"});
  try {
    check_flags(run);
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("{}: run '{}': {}", place, run.name, error.what()));
  }
  return run;
}

std::vector<JsonField> list(const JsonField& object, const char* name) {
  const auto field = object.find(name);
  return field ? field->entries() : std::vector<JsonField>();
}

std::vector<Json> parse_list(const JsonField& object, const char* name, std::size_t runs,
                             void (*check)(const JsonField&, std::size_t)) {
  std::vector<Json> entries;
  for (const JsonField& entry : list(object, name)) {
    check(entry, runs);
    entries.push_back(entry.json());
  }
  return entries;
}

/// `file`: the lab's, for messages, which name the task too.
PlannedTask parse_task(const JsonField& any, const std::optional<JsonField>& common, const std::string& file) {
  PlannedTask task;
  task.id = any.get<std::string>("id");
  const std::string place = fmt::format("{}, task {}", file, task.id);
  const JsonField json(any.json(), place);
  task.title = json.get<std::string>("title");
  for (const JsonField& run : json["runs"].entries()) task.runs.push_back(parse_run(run, common, place));
  const std::size_t runs = task.runs.size();
  if (runs == 0) json["runs"].refuse("a list of one or more runs");
  for (const JsonField& finding : list(json, "findings"))
    task.findings.push_back({finding.get<std::string>("says"), parse_list(finding, "holds_if", runs, check_check),
                             parse_list(finding, "states", runs, check_statement)});
  task.shows = parse_list(json, "show", runs, check_show);
  task.curves = json.get_or("curves", true);
  if (const auto epochs = json.find("timed_epochs"))
    task.timed_epochs = int(epochs->whole_number(0, std::numeric_limits<int>::max()));
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

LabPlan parse_plan(const std::string& text, const std::string& source) try {
  const Json json = parse_json(text, source);
  const JsonField field(json, source);
  LabPlan plan;
  plan.title = field.get<std::string>("title");
  const auto common = field.find("flags");
  for (const JsonField& task : field["tasks"].entries()) plan.tasks.push_back(parse_task(task, common, source));
  if (plan.tasks.empty()) field["tasks"].refuse("a list of one or more tasks");
  return plan;
} catch (const UsageError&) {
  throw;
} catch (const Error& error) {
  throw UsageError(error.what());
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
