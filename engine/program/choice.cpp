// choice.cpp - the default table of implementations. `--impl default` never times anything, so its results repeat.
#include "engine/program/choice.h"

#include <algorithm>

namespace gs {

bool names_call(const std::string& entry, const std::string& step) {
  std::string words = entry;
  std::replace(words.begin(), words.end(), '.', ' ');
  if (words != entry) std::replace(words.begin(), words.end(), '_', ' ');
  return words == step || words + " forward" == step;
}

const std::string* fixed_implementation(const ImplementationChoice& choice, const std::string& step) {
  for (const auto& [entry, implementation] : choice.fixed)
    if (names_call(entry, step)) return &implementation;
  return nullptr;
}

}  // namespace gs
