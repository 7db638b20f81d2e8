// numbered_classes.cpp - label numbers to classes, and a line about numbers that are missing between them.
#include "engine/data/numbered_classes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/error.h"

namespace gs {
namespace {

/// "4, 7 to 9": the first few runs of numbers that lie between two known ones.
std::string gaps_between(const std::map<std::int64_t, std::int32_t>& known) {
  constexpr std::size_t most = 4;
  std::vector<std::string> gaps;
  for (auto at = known.begin(), next = at; ++next != known.end(); at = next) {
    const std::int64_t first = at->first + 1, last = next->first - 1;
    if (first > last) continue;
    gaps.push_back(first == last ? fmt::format("{}", first) : fmt::format("{} to {}", first, last));
  }
  if (gaps.size() > most) gaps.resize(most), gaps.push_back("...");
  return fmt::format("{}", fmt::join(gaps, ", "));
}

}  // namespace

NumberedClasses::NumberedClasses(const std::vector<std::int64_t>& labels, std::string where,
                                 const ReaderContext& context)
    : where_(std::move(where)) {
  for (const std::int64_t label : labels) class_of_[label];
  if (class_of_.empty()) throw UsageError(fmt::format("--data {}: no labels", where_));
  if (const std::int64_t least = class_of_.begin()->first; least < 0)
    throw UsageError(fmt::format("--data {}: label {}; a label is 0 or more", where_, least));
  std::int32_t next = 0;
  for (auto& [number, number_of_class] : class_of_) number_of_class = next++;
  if (const std::string gaps = gaps_between(class_of_); !gaps.empty())
    context.warning(fmt::format("{}: no training image has the label {}: the classes are the {} numbers that occur",
                                where_, gaps, class_of_.size()));
}

std::vector<std::string> NumberedClasses::names() const {
  std::vector<std::string> names;
  const std::size_t width = std::to_string(class_of_.rbegin()->first).size();
  for (const auto& [number, number_of_class] : class_of_) names.push_back(fmt::format("{:0{}}", number, width));
  return names;
}

std::vector<std::int32_t> NumberedClasses::of(const std::vector<std::int64_t>& labels, const std::string& where) const {
  std::vector<std::int32_t> classes;
  classes.reserve(labels.size());
  for (const std::int64_t label : labels) {
    const auto known = class_of_.find(label);
    if (known == class_of_.end())
      throw UsageError(fmt::format("--data {}: label {} is not in the training labels, {}", where, label, where_));
    classes.push_back(known->second);
  }
  return classes;
}

}  // namespace gs
