// bench_compare.h - compares a benchmark with a recorded one: a gate for CI.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace gs::apps {

/// Reads the output of `bench --json`. Throws UsageError that names the file and the fault.
nlohmann::ordered_json read_bench(const std::filesystem::path&);

/// "device", "precision" or "threads" of all cases of such a record; nullopt if they differ.
std::optional<nlohmann::ordered_json> common_value(const nlohmann::ordered_json& record, const char* key);

struct BenchComparison {
  std::string text;  ///< a table of the common cases
  std::vector<std::string>
      notes;  ///< differences that prevent a comparison, a line each: another machine, a missing case
  int regressions = 0;
  int compared = 0;
};

/// Compares `now` with `before`, both as `bench --json` prints them; cases are matched by name, device, precision and
/// threads. A case is a regression if its median is more than `tolerance_percent` above the recorded one and beyond
/// the spread: each median lies outside the other's tenth to ninetieth percentile.
BenchComparison compare_benches(const nlohmann::ordered_json& before, const nlohmann::ordered_json& now,
                                double tolerance_percent);

}  // namespace gs::apps
