// device_name.cpp - splits "cuda:1" into the kind cuda and the number 1.
#include "engine/device/device_name.h"

#include <numeric>
#include <optional>
#include <set>

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

/// Between commas; also the empty ones.
std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text)
    if (c == ',')
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

}  // namespace

std::string gpu_list_error(const std::string& text) {
  if (text == numbered + "all") return "";
  std::set<int> seen;
  for (const std::string& part : parts_of(text.substr(numbered.size()))) {
    const auto number = gpu_number(part);
    if (!number) return fmt::format("must name GPUs by their numbers, as in cuda:0,1, not '{}'", text);
    if (!seen.insert(*number).second)
      return fmt::format("must name each GPU once, not '{}': a process trains on one GPU of its own", text);
  }
  return "";
}

std::vector<int> gpus_of_list(const std::string& text, int gpus) {
  std::vector<int> list(static_cast<std::size_t>(gpus));
  std::iota(list.begin(), list.end(), 0);
  if (text == numbered + "all") return list;
  list.clear();
  for (const std::string& part : parts_of(text.substr(numbered.size()))) list.push_back(*gpu_number(part));
  return list;
}

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
    return fmt::format("must name one GPU, as in cuda:1, not '{}': only a run of 'train' takes several", text);
  return fmt::format("must name a GPU by its number, as in cuda:1, not '{}'", text);
}

DeviceName parse_device_name(const std::string& text) {
  if (const std::string error = device_name_error(text); !error.empty()) throw UsageError("--device " + error);
  if (text == "ptx") return {.kind = "cuda", .interpreted = true};
  if (!text.starts_with(numbered)) return {.kind = text};
  return {.kind = "cuda", .gpu = *gpu_number(text.substr(numbered.size()))};
}

}  // namespace gs
