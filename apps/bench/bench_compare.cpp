// bench_compare.cpp - two records of `bench --json`, case by case.
#include "apps/bench/bench_compare.h"

#include <fstream>

#include <fmt/format.h>

#include "apps/bench/bench_case.h"
#include "apps/cli/fitted_table.h"
#include "engine/core/error.h"
#include "engine/profile/analysis.h"

namespace gs::apps {
namespace {

using Json = nlohmann::ordered_json;

Spread spread_of(const Json& c) {
  return {c.at("median_us").get<double>(), c.at("p10_us").get<double>(), c.at("p90_us").get<double>()};
}

/// Two measurements are comparable if their keys are equal.
std::string key_of(const Json& c) {
  return fmt::format("{} on {}, {}, {} threads", c.at("case").get<std::string>(), c.at("device").get<std::string>(),
                     c.at("precision").get<std::string>(), c.at("threads").get<int>());
}

const Json* find(const Json& cases, const std::string& key) {
  for (const Json& c : cases)
    if (key_of(c) == key) return &c;
  return nullptr;
}

std::string machine_of(const Json& record) {
  return record.at("machine").at("device").at("description").get<std::string>();
}

}  // namespace

Json read_bench(const std::filesystem::path& path) {
  std::ifstream in(path);
  if (!in || std::filesystem::is_directory(path))
    throw UsageError(
        fmt::format("--compare {}: there is no such file; 'gridstride bench --json' prints one", path.string()));
  Json json = Json::parse(in, nullptr, false);
  if (json.is_discarded()) throw UsageError(fmt::format("--compare {}: it is not valid JSON", path.string()));
  try {
    machine_of(json);
    if (!json.at("cases").is_array() || json["cases"].empty()) throw UsageError("it holds no cases");
    for (const Json& c : json["cases"])
      if (parse_case(c.at("case")), key_of(c); !(spread_of(c).median > 0))
        throw UsageError(fmt::format("the median_us of {} must be above 0", c["case"].get<std::string>()));
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("--compare {}: {}", path.string(), error.what()));
  } catch (const nlohmann::json::exception&) {
    throw UsageError(fmt::format("--compare {}: it is not what 'gridstride bench --json' prints", path.string()));
  }
  return json;
}

std::optional<Json> common_value(const Json& record, const char* key) {
  const Json& cases = record.at("cases");
  for (const Json& c : cases)
    if (c.at(key) != cases[0][key]) return std::nullopt;
  return cases[0][key];
}

BenchComparison compare_benches(const Json& before, const Json& now, double tolerance_percent) {
  BenchComparison result;
  if (machine_of(before) != machine_of(now))
    result.notes.push_back(
        fmt::format("another machine: recorded on {}, this is {}", machine_of(before), machine_of(now)));
  std::vector<TableRow> rows;
  for (const Json& c : now.at("cases")) {
    const std::string key = key_of(c);
    const Json* old = find(before.at("cases"), key);
    if (!old) {
      result.notes.push_back(fmt::format("not recorded: {}", key));
      continue;
    }
    ++result.compared;
    const Spread a = spread_of(*old), b = spread_of(c);
    const double change = 100 * (b.median / a.median - 1);
    const bool beyond = beyond_spread(a, b), slower = beyond && change > tolerance_percent;
    result.regressions += slower;
    rows.push_back({c.at("case").get<std::string>(), fmt::format("{:.1f}", a.median), fmt::format("{:.1f}", b.median),
                    fmt::format("{:+.1f}%", change),
                    slower       ? fmt::format("slower by more than {:g}%", tolerance_percent)
                    : !beyond    ? "within the spread"
                    : change < 0 ? "faster"
                                 : fmt::format("slower, by less than {:g}%", tolerance_percent)});
  }
  for (const Json& c : before.at("cases"))
    if (!find(now.at("cases"), key_of(c))) result.notes.push_back(fmt::format("not measured now: {}", key_of(c)));
  if (!rows.empty())
    result.text =
        fitted_table({{"case", 0, true}, {"recorded us", 0}, {"now us", 0}, {"change", 0}, {"", 0, true}}, rows, 1000);
  return result;
}

}  // namespace gs::apps
