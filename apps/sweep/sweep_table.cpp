// sweep_table.cpp - one list of columns for the terminal, CSV and JSON.
#include "apps/sweep/sweep_table.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/core/error.h"
#include "engine/core/pretty_json.h"
#include "engine/train/run_directory.h"

namespace gs::apps {
namespace {

using Json = nlohmann::ordered_json;

SweepResult read_result(const SweepRun& run, const std::string& failure) {
  SweepResult result{.run = &run, .failure = failure};
  try {
    const RunRecord record = RunDirectory(run.run.folder).record();
    if (!record.finished()) throw Error("not finished");
    const auto& results = record.results;
    if (!results || !results->best || !results->last || std::isnan(results->best->val_loss))
      throw Error("run.json holds no validation loss");
    result.epochs = results->epochs;
    result.best_epoch = results->best->epoch;
    result.val_loss = results->best->val_loss;
    result.val_accuracy = results->best->val_accuracy;
    result.last_val_loss = results->last->val_loss;
    result.gap = result.last_val_loss - results->last->loss;
    result.state = results->state;
    result.seconds = results->seconds;
    result.failure.clear();
  } catch (const Error& error) {
    if (failure.empty()) result.failure = error.what();
  }
  return result;
}

/// The flags that vary, in the order in which runs name them first.
std::vector<std::string> varied_flags(const std::vector<SweepResult>& results) {
  std::vector<std::string> flags;
  for (const SweepResult& r : results)
    for (const auto& [flag, value] : r.run->varied)
      if (std::find(flags.begin(), flags.end(), flag) == flags.end()) flags.push_back(flag);
  return flags;
}

std::string value_of(const SweepResult& r, const std::string& flag) {
  for (const auto& [name, value] : r.run->varied)
    if (name == flag) return value;
  return "";
}

const std::vector<std::string> number_columns = {"best_epoch", "val_loss", "val_accuracy", "last_val_loss",
                                                 "gap",        "state",    "seconds"};

std::vector<std::string> numbers(const SweepResult& r) {
  return {std::to_string(r.best_epoch),          fmt::format("{:.4f}", r.val_loss),
          fmt::format("{:.3f}", r.val_accuracy), fmt::format("{:.4f}", r.last_val_loss),
          fmt::format("{:+.4f}", r.gap),         r.state,
          fmt::format("{:.1f}", r.seconds)};
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n") == text.npos) return text;
  std::string quoted = "\"";
  for (const char letter : text) quoted += letter == '"' ? std::string("\"\"") : std::string(1, letter);
  return quoted + "\"";
}

}  // namespace

std::vector<SweepResult> sweep_results(const std::vector<SweepRun>& runs, const std::vector<std::string>& failures) {
  std::vector<SweepResult> results;
  for (std::size_t i = 0; i < runs.size(); ++i) results.push_back(read_result(runs[i], failures[i]));
  std::stable_sort(results.begin(), results.end(), [](const SweepResult& a, const SweepResult& b) {
    if (a.failure.empty() != b.failure.empty()) return a.failure.empty();
    return a.failure.empty() && a.val_loss < b.val_loss;
  });
  return results;
}

std::string sweep_table(const std::vector<SweepResult>& results) {
  const std::vector<std::string> flags = varied_flags(results);
  std::vector<std::vector<std::string>> rows = {flags};
  rows[0].insert(rows[0].end(), number_columns.begin(), number_columns.end());
  for (const SweepResult& r : results) {
    rows.emplace_back();
    for (const std::string& flag : flags) rows.back().push_back(value_of(r, flag));
    if (r.failure.empty())
      for (std::string& text : numbers(r)) rows.back().push_back(std::move(text));
  }
  std::vector<std::size_t> widths(rows[0].size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string text;
  for (std::size_t line = 0; line < rows.size(); ++line) {
    for (std::size_t i = 0; i < rows[line].size(); ++i)
      text += fmt::format("{}{:>{}}", i == 0 ? "" : "  ", rows[line][i], widths[i]);
    if (line > 0 && !results[line - 1].failure.empty()) text += "  failed: " + results[line - 1].failure;
    text += "\n";
  }
  return text;
}

std::string sweep_answer(const std::vector<SweepResult>& results) {
  const auto describe = [](const SweepResult& r) {
    return fmt::format("{} (val_loss {:.4f}, val_accuracy {:.3f} in epoch {} of {})", r.run->name, r.val_loss,
                       r.val_accuracy, r.best_epoch, r.epochs);
  };
  if (results.empty() || !results[0].failure.empty()) return "No run has finished.";
  std::string text = "Lowest validation loss: " + describe(results[0]) + ".";
  const auto kept = std::find_if(results.begin(), results.end(),
                                 [](const SweepResult& r) { return r.failure.empty() && r.state != "over-fitting"; });
  if (kept == results.end()) return text + " Every run was over-fitting at its end.";
  // Nothing is known about the end of a run that is too short.
  if (kept == results.begin())
    return results[0].state == "too short" ? text : text + " It was not over-fitting at its end.";
  return text + " It was over-fitting at its end; the best that was not: " + describe(*kept) + ".";
}

std::string sweep_csv(const std::vector<SweepResult>& results) {
  const std::vector<std::string> flags = varied_flags(results);
  std::string text = "run";
  for (const std::string& flag : flags) text += "," + csv_field(flag);
  for (const std::string& column : number_columns) text += "," + column;
  text += ",failure\n";
  for (const SweepResult& r : results) {
    text += csv_field(r.run->name);
    for (const std::string& flag : flags) text += "," + csv_field(value_of(r, flag));
    const auto values = r.failure.empty() ? numbers(r) : std::vector<std::string>(number_columns.size());
    for (const std::string& value : values) text += "," + csv_field(value);
    text += "," + csv_field(r.failure) + "\n";
  }
  return text;
}

std::string sweep_json(const std::vector<SweepResult>& results) {
  Json runs = Json::array();
  for (const SweepResult& r : results) {
    Json flags = Json::object();
    for (const auto& [flag, value] : r.run->varied) flags[flag] = value;
    Json entry = {{"run", r.run->name}, {"flags", std::move(flags)}};
    if (r.failure.empty()) {
      entry["epochs"] = r.epochs;
      entry["best_epoch"] = r.best_epoch;
      entry["val_loss"] = r.val_loss;
      entry["val_accuracy"] = r.val_accuracy;
      entry["last_val_loss"] = r.last_val_loss;
      entry["gap"] = r.gap;
      entry["state"] = r.state;
      entry["seconds"] = r.seconds;
    } else {
      entry["failure"] = r.failure;
    }
    runs.push_back(std::move(entry));
  }
  return pretty({{"answer", sweep_answer(results)}, {"runs", std::move(runs)}}) + "\n";
}

}  // namespace gs::apps
