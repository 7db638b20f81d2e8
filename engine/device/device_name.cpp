// device_name.cpp - splits "cuda:1" into the kind cuda and the number 1.
#include "engine/device/device_name.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/parse_number.h"

namespace gs {
namespace {

const std::string numbered = "cuda:";

std::optional<int> gpu_number(const std::string& text) {
  const auto number = parse_number<int>(text);
  return number && *number >= 0 ? number : std::nullopt;
}

}  // namespace

bool names_several_gpus(const std::string& text) {
  return text.starts_with(numbered) && (text == numbered + "all" || text.find(',') != text.npos);
}

std::string for_one_process(const std::string& text) {
  return names_several_gpus(text) ? "cuda" : text;
}

std::string device_name_error(const std::string& text) {
  for (const char* kind : {"auto", "cuda", "cpu", "sim", "ptx"})
    if (text == kind) return "";
  if (!text.starts_with(numbered))
    return fmt::format("must be one of auto, cuda, cuda:N, cpu, sim, ptx, not '{}'", text);
  const std::string number = text.substr(numbered.size());
  if (gpu_number(number)) return "";
  if (names_several_gpus(text))
    return fmt::format("must name one GPU, as in cuda:1, not '{}': only 'train', 'sweep' and 'lab' take several", text);
  return fmt::format("must name a GPU by its number, as in cuda:1, not '{}'", text);
}

DeviceName parse_device_name(const std::string& text) {
  if (const std::string error = device_name_error(text); !error.empty()) throw UsageError("--device " + error);
  if (text == "ptx") return {.kind = "cuda", .interpreted = true};
  if (!text.starts_with(numbered)) return {.kind = text};
  return {.kind = "cuda", .gpu = *gpu_number(text.substr(numbered.size()))};
}

std::optional<std::vector<int>> parse_gpu_list(const std::string& text) {
  if (text == numbered + "all") return std::vector<int>();
  if (!names_several_gpus(text)) return std::nullopt;
  std::vector<int> gpus;
  for (std::size_t at = numbered.size(); at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const auto gpu = gpu_number(text.substr(at, comma - at));
    if (!gpu) throw UsageError(fmt::format("--device must list GPUs by their numbers, as in cuda:0,1, not '{}'", text));
    if (std::ranges::count(gpus, *gpu) > 0)
      throw UsageError(fmt::format("--device must list each GPU once, not '{}'", text));
    gpus.push_back(*gpu);
    at = comma + 1;
  }
  return gpus;
}

std::string device_list_error(const std::string& text) try {
  return parse_gpu_list(text) ? "" : device_name_error(text);
} catch (const UsageError& error) {
  return std::string(error.what()).substr(std::string("--device ").size());
}

}  // namespace gs
