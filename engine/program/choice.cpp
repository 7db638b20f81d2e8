// choice.cpp - resolves names of calls and implementations, also from older versions.
#include "engine/program/choice.h"

#include <algorithm>

namespace gs {

std::string current_implementation(const std::string& name) {
  if (name == "cores") return "simd";
  if (name == "rounded") return "tf32_emulated";
  if (name == "widened") return "bf16_emulated";
  return name;
}

std::string current_call(const std::string& name) {
  if (name == "collect") return "store logits";
  const std::string old_end = " filter gradient";
  if (name.starts_with("dense") && name.ends_with(old_end))
    return name.substr(0, name.size() - old_end.size()) + " weight gradient";
  return name;
}

bool names_call(const std::string& entry, const std::string& call) {
  std::string words = entry;
  std::replace(words.begin(), words.end(), '.', ' ');
  if (words != entry) std::replace(words.begin(), words.end(), '_', ' ');
  words = current_call(words);
  return words == call || words + " forward" == call;
}

std::optional<std::string> fixed_implementation(const ImplementationChoice& choice, const std::string& call) {
  for (const auto& [entry, implementation] : choice.fixed) {
    if (implementation == "flat") continue;  // older versions: the variant of every optimizer; each now has its own
    if (names_call(entry, call)) return current_implementation(implementation);
  }
  return std::nullopt;
}

}  // namespace gs
