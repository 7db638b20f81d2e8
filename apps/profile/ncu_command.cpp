// ncu_command.cpp - quoting, and the flags of ncu and nsys.
#include "apps/profile/ncu_command.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/nearest.h"

namespace gs::apps {
namespace {

/// A word as a shell reads it back.
std::string quoted(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char letter) {
    return std::isalnum(letter) || std::string_view("-_./:=,+%@").find(char(letter)) != std::string_view::npos;
  });
  if (plain) return word;
  std::string safe = "'";
  for (const char letter : word) letter == '\'' ? safe += "'\\''" : safe += letter;
  return safe + "'";
}

bool has_flag(const Words& words, const std::string& flag) {
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return word == flag || word.rfind(flag + "=", 0) == 0; });
}

}  // namespace

std::vector<std::string> rows_named(const std::string& row, const std::vector<std::string>& steps) {
  if (std::find(steps.begin(), steps.end(), row) != steps.end()) return {row};
  std::vector<std::string> found, layers;
  for (const std::string& step : steps) {
    if (step.rfind(row + " ", 0) == 0) found.push_back(step);
    const std::string layer = step.substr(0, step.find(' '));
    if (std::find(layers.begin(), layers.end(), layer) == layers.end()) layers.push_back(layer);
  }
  if (found.empty()) throw UsageError(fmt::format("--ncu: there is no row '{:.40}': {}", row, suggestion(row, layers)));
  return found;
}

std::string ncu_commands(const std::string& row, const std::vector<std::string>& rows, const Words& words) {
  std::string program = "gridstride profile";
  for (const std::string& word : words) program += " " + quoted(word);
  if (!has_flag(words, "--device")) program += " --device cuda";
  if (!has_flag(words, "--no-graph")) program += " --no-graph";
  if (!has_flag(words, "--steps")) program += " --steps 1";
  std::string file = row;
  std::replace(file.begin(), file.end(), ' ', '-');
  std::string ranges;
  for (const std::string& name : rows) ranges += fmt::format(" --nvtx-include {}", quoted(name + "/"));
  return fmt::format(
      "ncu --nvtx{} --set full --import-source yes -o {} {}\n"
      "nsys profile --trace=cuda,nvtx -o {} {}\n",
      ranges, file, program, file, program);
}

}  // namespace gs::apps
