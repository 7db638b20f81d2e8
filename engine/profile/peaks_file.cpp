// peaks_file.cpp - peaks on disk, by machine.
#include "engine/profile/measure_peaks.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/core/atomic_file.h"
#include "engine/core/build_checksums.h"
#include "engine/core/cache_folder.h"
#include "engine/core/error.h"
#include "engine/core/json_text.h"

namespace gs {
namespace {

using Json = nlohmann::json;

constexpr std::pair<const char*, double Peaks::*> rates[] = {
    {"copy_bytes_per_s", &Peaks::copy_bytes_per_s}, {"fp32_flops_per_s", &Peaks::fp32_flops_per_s},
    {"tf32_flops_per_s", &Peaks::tf32_flops_per_s}, {"bf16_flops_per_s", &Peaks::bf16_flops_per_s},
    {"stream_launch_us", &Peaks::stream_launch_us}, {"graph_launch_us", &Peaks::graph_launch_us},
};

/// Empty if the file is missing or damaged: then the peaks are measured again.
Json read_all(const std::filesystem::path& path) try {
  Json all = read_json(path);
  return all.is_object() ? all : Json::object();
} catch (const Error&) {
  return Json::object();
}

}  // namespace

std::optional<std::filesystem::path> peaks_file() {
  const auto folder = cache_folder();
  if (!folder) return std::nullopt;
  return *folder / "peaks.json";
}

void store_peaks(const std::filesystem::path& path, const Peaks& peaks) {
  Json entry = {{"date", peaks.date}, {"kernels", std::string(gridstride_kernels)}};
  for (const auto& [name, rate] : rates) entry[name] = peaks.*rate;
  Json all = read_all(path);
  all[peaks.machine] = entry;
  try {
    std::error_code ignored;  // a failure shows when the file is written
    std::filesystem::create_directories(path.parent_path(), ignored);
    write_file(path, json_text(all, 1) + "\n");
  } catch (const Error&) {
    // A read-only home: the next profile measures again.
  }
}

std::optional<Peaks> stored_peaks(const std::filesystem::path& path, const std::string& machine) try {
  const Json entry = read_all(path).at(machine);
  if (entry.at("kernels") != std::string(gridstride_kernels)) return std::nullopt;  // others measured them
  Peaks peaks{.machine = machine, .date = entry.at("date"), .measured_now = false};
  for (const auto& [name, rate] : rates) peaks.*rate = entry.at(name);
  return peaks;
} catch (const Json::exception&) {
  return std::nullopt;
}

Peaks cached_peaks(const Device& device) {
  const auto file = peaks_file();
  if (file)
    if (const auto peaks = stored_peaks(*file, device.description())) return *peaks;
  throw UsageError(
      fmt::format("--peaks cached: no peaks of '{}' are stored{}; a profile without --peaks cached measures them",
                  device.description(), file ? " in " + file->string() : ""));
}

}  // namespace gs
