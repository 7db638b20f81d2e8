// label_pattern.cpp - finds every occurrence of every pattern, and drops those within longer ones.
#include "engine/data/label_pattern.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/error.h"

namespace gs {
namespace {

struct Occurrence {
  std::size_t begin, end;
  std::int32_t pattern;
  bool within(const Occurrence& other) const {
    return other.begin <= begin && end <= other.end && other.end - other.begin > end - begin;
  }
};

std::vector<Occurrence> occurrences_in(const std::string& name, const std::vector<std::string>& patterns) {
  std::vector<Occurrence> all;
  for (std::size_t i = 0; i < patterns.size(); ++i)
    for (std::size_t at = name.find(patterns[i]); at != name.npos; at = name.find(patterns[i], at + 1))
      all.push_back({at, at + patterns[i].size(), std::int32_t(i)});
  return all;
}

}  // namespace

std::int32_t label_by_pattern(const std::string& name, const std::vector<std::string>& patterns,
                              const std::string& file) {
  const std::vector<Occurrence> all = occurrences_in(name, patterns);
  std::vector<std::int32_t> found;
  for (const Occurrence& one : all)
    if (std::ranges::none_of(all, [&](const Occurrence& other) { return one.within(other); }) &&
        std::ranges::find(found, one.pattern) == found.end())
      found.push_back(one.pattern);
  if (found.size() != 1)
    throw UsageError(fmt::format("--label-pattern {}: {} matches the file name {}; expected exactly one",
                                 fmt::join(patterns, ","), found.empty() ? "none" : "more than one", file));
  return found[0];
}

}  // namespace gs
