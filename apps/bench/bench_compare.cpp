// bench_compare.cpp - two records of `bench --json`, case by case.
#include "apps/bench/bench_compare.h"

#include <cmath>

#include <fmt/format.h>

#include "apps/bench/bench_case.h"
#include "apps/cli/fitted_table.h"
#include "engine/core/error.h"
#include "engine/core/input_file.h"
#include "engine/core/json_field.h"
#include "engine/core/json_text.h"
#include "engine/profile/analysis.h"

namespace gs::apps {
namespace {

using Json = nlohmann::ordered_json;
constexpr int most_threads = 4096;  ///< as --threads takes

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

/// Checks what is read later: the fields of one case.
void check_case(const JsonField& c) {
  const auto name = c.get<std::string>("case");
  parse_case(name);
  c.get<std::string>("device");
  c.get<std::string>("precision");
  c["threads"].whole_number(0, most_threads);
  for (const char* key : {"median_us", "p10_us", "p90_us"})
    if (!std::isfinite(c.get<double>(key))) c[key].refuse("a number");
  if (!(c.get<double>("median_us") > 0)) throw UsageError(fmt::format("the median_us of {} must be above 0", name));
}

void check_record(const JsonField& record) {
  record["machine"]["device"].get<std::string>("description");
  const std::vector<JsonField> cases = record["cases"].entries();
  if (cases.empty()) throw UsageError("it holds no cases");
  for (const JsonField& c : cases) check_case(c);
}

}  // namespace

Json read_bench(const std::filesystem::path& path) {
  if (const std::string why = why_no_file(path); !why.empty())
    throw UsageError(fmt::format("--compare {}: {}; 'gridstride bench --json' prints one", path.string(), why));
  try {
    const Json json = read_ordered_json(path);
    const nlohmann::json fields = json;
    check_record(JsonField(fields, path.string()));
    return json;
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("--compare {}: {}", path.string(), error.what()));
  } catch (const Error& error) {
    throw UsageError(fmt::format("--compare {}; 'gridstride bench --json' prints a valid file", error.what()));
  }
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
