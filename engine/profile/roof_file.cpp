// roof_file.cpp - roofs on disk, by machine.
#include "engine/profile/measure_roof.h"

#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/core/atomic_file.h"
#include "engine/core/cache_folder.h"
#include "engine/core/error.h"

namespace gs {
namespace {

using Json = nlohmann::json;

constexpr std::pair<const char*, double Roof::*> rates[] = {
    {"copy_bytes_per_s", &Roof::copy_bytes_per_s}, {"fp32_flops_per_s", &Roof::fp32_flops_per_s},
    {"tf32_flops_per_s", &Roof::tf32_flops_per_s}, {"bf16_flops_per_s", &Roof::bf16_flops_per_s},
    {"stream_launch_us", &Roof::stream_launch_us}, {"graph_launch_us", &Roof::graph_launch_us},
};

Json read_all(const std::filesystem::path& path) {
  std::ifstream in(path);
  Json all = in ? Json::parse(in, nullptr, false) : Json();
  return all.is_object() ? all : Json::object();
}

}  // namespace

std::optional<std::filesystem::path> roof_file() {
  const auto folder = cache_folder();
  if (!folder) return std::nullopt;
  return *folder / "roof.json";
}

void store_roof(const std::filesystem::path& path, const Roof& roof) {
  Json entry = {{"date", roof.date}};
  for (const auto& [name, rate] : rates) entry[name] = roof.*rate;
  Json all = read_all(path);
  all[roof.machine] = entry;
  try {
    std::error_code ignored;  // a folder that cannot be made shows when the file is written
    std::filesystem::create_directories(path.parent_path(), ignored);
    write_file(path, all.dump(1) + "\n");
  } catch (const Error&) {
    // A read-only home: the next profile measures again.
  }
}

std::optional<Roof> stored_roof(const std::filesystem::path& path, const std::string& machine) try {
  const Json entry = read_all(path).at(machine);
  Roof roof{.machine = machine, .date = entry.at("date"), .measured_now = false};
  for (const auto& [name, rate] : rates) roof.*rate = entry.at(name);
  return roof;
} catch (const Json::exception&) {
  return std::nullopt;
}

Roof cached_roof(const Device& device) {
  const auto file = roof_file();
  if (file)
    if (const auto roof = stored_roof(*file, device.description())) return *roof;
  throw UsageError(
      fmt::format("--roof cached: no roof of '{}' is stored{}; a profile without --roof cached measures it",
                  device.description(), file ? " in " + file->string() : ""));
}

}  // namespace gs
