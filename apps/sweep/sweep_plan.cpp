// sweep_plan.cpp - from axes and lists to the words of each run.
#include "apps/sweep/sweep_plan.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/run/train_options.h"
#include "engine/core/error.h"
#include "engine/core/input_file.h"
#include "engine/core/json_text.h"
#include "kernels/common/grouped.h"

namespace gs::apps {
namespace {

using Json = nlohmann::ordered_json;

/// 8 -> "8", 1e-05 -> "1e-05", true -> "true".
std::string value_text(const Json& value, const std::string& where) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return json_text(value);
  throw UsageError(fmt::format("{}: must be a number, a word, true or false", where));
}

Flags flags_of(const Json& json, const std::string& where) {
  if (!json.is_object()) throw UsageError(fmt::format("{}: must be an object of flags without their dashes", where));
  Flags flags;
  for (const auto& [flag, value] : json.items()) flags.emplace_back(flag, value_text(value, where + "." + flag));
  return flags;
}

/// Runs that the plan asks for, before any is made.
void check_number_of_runs(const SweepPlan& plan) {
  double runs = plan.grid.empty() ? 0 : 1;  // a count may be larger than any integer
  for (const SweepAxis& axis : plan.grid) runs *= double(axis.values.size());
  runs += double(plan.list.size());
  if (runs <= double(most_sweep_runs)) return;
  const std::string count = runs < 1e15 ? grouped(std::int64_t(runs)) : fmt::format("{:.2g}", runs);
  throw UsageError(
      fmt::format("sweep: grid and list make {} runs, and a sweep has at most {}: vary fewer flags, or "
                  "fewer values of each",
                  count, grouped(most_sweep_runs)));
}

/// Every combination, the last axis running fastest.
std::vector<Flags> combinations(const std::vector<SweepAxis>& grid) {
  std::vector<Flags> all = {{}};
  for (const SweepAxis& axis : grid) {
    std::vector<Flags> longer;
    for (const Flags& flags : all)
      for (const std::string& value : axis.values) {
        longer.push_back(flags);
        longer.back().emplace_back(axis.flag, value);
      }
    all = std::move(longer);
  }
  return grid.empty() ? std::vector<Flags>() : all;
}

std::string name_of(const Flags& varied) {
  std::string name;
  for (const auto& [flag, value] : varied) name += (name.empty() ? "" : "_") + flag + "-" + value;
  for (char& letter : name)
    if (!std::isalnum(static_cast<unsigned char>(letter)) && letter != '-' && letter != '.' && letter != '_')
      letter = '+';
  return name;
}

Words words_of(const Flags& flags) {
  Words words;
  for (const auto& [flag, value] : flags) words.push_back("--" + flag + "=" + value);
  return words;
}

}  // namespace

SweepAxis parse_axis(const std::string& text) {
  const auto equals = text.find('=');
  SweepAxis axis{text.substr(0, equals), {}};
  if (axis.flag.starts_with("--")) axis.flag.erase(0, 2);
  if (equals != std::string::npos)
    for (std::size_t at = equals + 1; at <= text.size();) {
      const std::size_t comma = std::min(text.find(',', at), text.size());
      axis.values.push_back(text.substr(at, comma - at));
      at = comma + 1;
    }
  if (axis.flag.empty() || axis.values.empty() || std::count(axis.values.begin(), axis.values.end(), "") > 0)
    throw UsageError(fmt::format("--grid {}: must be a flag and its values, as in lr=1e-5,1e-4", text));
  return axis;
}

Flags parse_list_entry(const std::string& text) {
  Flags flags;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string entry = text.substr(at, comma - at);
    const auto equals = entry.find('=');
    if (equals == entry.npos || equals == 0 || equals + 1 == entry.size())
      throw UsageError(
          fmt::format("--run {}: must be flags with a value each, as in optimizer=sgd,momentum=0.9", text));
    flags.emplace_back(entry.starts_with("--") ? entry.substr(2, equals - 2) : entry.substr(0, equals),
                       entry.substr(equals + 1));
    at = comma + 1;
  }
  return flags;
}

void add_sweep_file(SweepPlan& plan, const std::filesystem::path& file) {
  const std::string name = file.string();
  check_is_file("--file", file);
  Json json;
  try {
    json = read_ordered_json(file);
  } catch (const Error& error) {
    throw UsageError(fmt::format("--file {}", error.what()));
  }
  if (!json.is_object()) throw UsageError(fmt::format("--file {}: must be an object with grid or list", name));
  for (const auto& [field, value] : json.items()) {
    const std::string where = fmt::format("--file {}: {}", name, field);
    if (field == "model") {
      if (plan.model.empty()) plan.model = value_text(value, where);
    } else if (field == "flags") {
      for (auto& flag : flags_of(value, where)) {
        if (belongs_to_one_run(flag.first))
          throw UsageError(fmt::format("{}.{}: it is not for the runs of a sweep; leave it out", where, flag.first));
        plan.flags.push_back(std::move(flag));
      }
    } else if (field == "grid") {
      if (!value.is_object()) throw UsageError(where + ": must be an object of flags with lists of values");
      for (const auto& [flag, values] : value.items()) {
        if (!values.is_array() || values.empty())
          throw UsageError(fmt::format("{}.{}: must be a list of values", where, flag));
        SweepAxis axis{flag, {}};
        for (const Json& one : values) axis.values.push_back(value_text(one, where + "." + flag));
        plan.grid.push_back(std::move(axis));
      }
    } else if (field == "list") {
      if (!value.is_array()) throw UsageError(where + ": must be a list of objects of flags");
      for (std::size_t i = 0; i < value.size(); ++i)
        plan.list.push_back(flags_of(value[i], fmt::format("{}[{}]", where, i)));
    } else {
      throw UsageError(fmt::format("{}: unknown field; there are model, flags, grid and list", where));
    }
  }
}

std::vector<SweepRun> sweep_runs(const SweepPlan& plan, const Words& common, const std::filesystem::path& folder) {
  check_number_of_runs(plan);
  std::vector<Flags> all = combinations(plan.grid);
  all.insert(all.end(), plan.list.begin(), plan.list.end());
  if (all.empty())
    throw UsageError("sweep: nothing varies: give --grid lr=1e-5,1e-4, --run lr=1e-4,batch=4, or --file");
  std::set<std::string> names;
  std::vector<SweepRun> runs;
  for (const Flags& varied : all) {
    SweepRun run{varied, name_of(varied), {}};
    Flags flags;
    for (const auto& flag : plan.flags)
      if (std::none_of(varied.begin(), varied.end(), [&](const auto& v) { return v.first == flag.first; }))
        flags.push_back(flag);  // a run's own value counts
    flags.insert(flags.end(), varied.begin(), varied.end());
    run.run.words = {plan.model};
    for (std::string& word : words_of(flags)) run.run.words.push_back(std::move(word));
    run.run.words.insert(run.run.words.end(), common.begin(), common.end());
    TrainOptions options;
    std::map<std::string, std::string> given;
    try {
      for (const auto& [flag, value] : varied)
        if (belongs_to_one_run(flag)) throw UsageError(fmt::format("--{} cannot vary", flag));
      parse_train_words(run.run.words, options, given);
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("run {}: {}", run.name, error.what()));
    }
    run.run.epochs = options.epochs;
    std::erase_if(run.run.words, [](const std::string& word) { return word.starts_with("--epochs="); });
    run.run.folder = folder / "runs" / run.name;
    if (!names.insert(run.name).second) throw UsageError(fmt::format("run {}: it is given twice", run.name));
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace gs::apps
