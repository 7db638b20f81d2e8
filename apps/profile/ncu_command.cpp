// ncu_command.cpp - matching of steps, quoting, and the flags of ncu and nsys.
#include "apps/profile/ncu_command.h"

#include <algorithm>
#include <sstream>

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

/// "conv2 pool2 forward" -> layers conv2, pool2, and the pass; "update" is a layer without one here.
struct StepName {
  std::vector<std::string> layers;
  std::string pass;

  explicit StepName(std::string name) {
    for (const std::string_view ending : {"filter gradient", "data gradient", "forward", "backward"})
      if (name.size() > ending.size() + 1 && name.ends_with(ending) && name[name.size() - ending.size() - 1] == ' ') {
        pass = ending;
        name.resize(name.size() - ending.size() - 1);
        break;
      }
    std::istringstream words(name);
    for (std::string word; words >> word;) layers.push_back(word);
  }
  /// True if `step` has every layer of this name, and its pass if it has one. A fused step has several layers.
  bool means(const StepName& step) const {
    return !layers.empty() && (pass.empty() || pass == step.pass) &&
           std::all_of(layers.begin(), layers.end(), [&](const std::string& layer) {
             return std::find(step.layers.begin(), step.layers.end(), layer) != step.layers.end();
           });
  }
};

}  // namespace

std::vector<std::string> rows_named(const std::string& row, const std::vector<std::string>& steps) {
  if (std::find(steps.begin(), steps.end(), row) != steps.end()) return {row};
  const StepName wanted(row);
  std::vector<std::string> found, layers, names = steps;
  for (const std::string& step : steps) {
    const StepName name(step);
    if (wanted.means(name)) found.push_back(step);
    for (const std::string& layer : name.pass.empty() ? std::vector{step} : name.layers) {
      if (std::find(layers.begin(), layers.end(), layer) == layers.end()) layers.push_back(layer);
      if (!name.pass.empty()) names.push_back(layer + " " + name.pass);
    }
  }
  if (!found.empty()) return found;
  names.insert(names.end(), layers.begin(), layers.end());
  const bool near = !nearest_name(row, names).empty();
  throw UsageError(fmt::format("--ncu: there is no row '{:.40}': {}", row, suggestion(row, near ? names : layers)));
}

std::string ncu_commands(const std::string& row, const std::vector<std::string>& rows, const std::string& path,
                         const Words& words) {
  std::string program = quoted(path) + " profile";
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
