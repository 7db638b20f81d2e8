// split_word.cpp - one table of words.
#include "engine/data/split_word.h"

#include <utility>

#include "engine/core/lower_case.h"

namespace gs {
namespace {

/// The usual word of a split comes first.
constexpr std::pair<std::string_view, NamedSplit> split_words[] = {
    {"train", NamedSplit::train},      {"training", NamedSplit::train},        {"val", NamedSplit::validation},
    {"valid", NamedSplit::validation}, {"validation", NamedSplit::validation}, {"test", NamedSplit::test},
    {"testing", NamedSplit::test}};

}  // namespace

std::optional<NamedSplit> split_by_word(const std::string& word) {
  const std::string lower = in_lower_case(word);
  for (const auto& [known, split] : split_words)
    if (known == lower) return split;
  return std::nullopt;
}

std::string_view usual_word(NamedSplit named) {
  for (const auto& [word, split] : split_words)
    if (split == named) return word;
  return "";
}

}  // namespace gs
