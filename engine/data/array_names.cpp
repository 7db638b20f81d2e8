// array_names.cpp - sorts names into splits, images and labels.
#include "engine/data/array_names.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/lower_case.h"
#include "engine/core/printable.h"
#include "engine/data/split_word.h"

namespace gs {
namespace {

constexpr NamedSplit named_splits[] = {NamedSplit::train, NamedSplit::validation, NamedSplit::test};

/// The split of "train_images" or "x_train", with `what` images and `letter` x.
std::optional<NamedSplit> split_of_array(const std::string& name, const std::string& what, const std::string& letter) {
  const std::string lower = in_lower_case(name);
  if (lower.ends_with("_" + what)) return split_by_word(lower.substr(0, lower.size() - what.size() - 1));
  if (lower.starts_with(letter + "_")) return split_by_word(lower.substr(letter.size() + 1));
  return std::nullopt;
}

/// The names of one split; an empty text for an array that is not there.
class ArrayFinder {
 public:
  ArrayFinder(const std::vector<std::string>& names, const std::string& where) : names_(names), where_(where) {}

  ArrayPair pair(NamedSplit split) const { return {find(split, "images", "x"), find(split, "labels", "y")}; }

  void require_both(const ArrayPair& pair, NamedSplit split) const {
    const std::string_view word = usual_word(split);
    if (pair.images.empty() != pair.labels.empty())
      throw UsageError(
          pair.images.empty()
              ? fmt::format("--data {}: {}_images is missing beside {}", where_, word, printable(pair.labels))
              : fmt::format("--data {}: {}_labels is missing beside {}", where_, word, printable(pair.images)));
  }

 private:
  std::string find(NamedSplit split, const std::string& what, const std::string& letter) const {
    std::string found;
    for (const std::string& name : names_) {
      if (split_of_array(name, what, letter) != split) continue;
      if (!found.empty())
        throw UsageError(fmt::format("--data {}: both {} and {} are there: which is meant?", where_, printable(found),
                                     printable(name)));
      found = name;
    }
    return found;
  }

  const std::vector<std::string>& names_;
  const std::string& where_;
};

}  // namespace

std::optional<ArrayNames> find_arrays(const std::vector<std::string>& names, const std::string& where) {
  const ArrayFinder finder(names, where);
  std::map<NamedSplit, ArrayPair> pairs;
  for (const NamedSplit split : named_splits)
    if (ArrayPair pair = finder.pair(split); !pair.images.empty() || !pair.labels.empty())
      pairs[split] = std::move(pair);
  if (pairs.empty()) return std::nullopt;
  for (const auto& [split, pair] : pairs) finder.require_both(pair, split);
  if (!pairs.contains(NamedSplit::train) || pairs.size() == 1)
    throw UsageError(
        fmt::format("--data {}: {}", where,
                    pairs.contains(NamedSplit::train)
                        ? "no arrays to validate with: val_images and val_labels, or test_images and test_labels"
                        : "no training arrays: train_images and train_labels, or x_train and y_train"));
  const auto other = [&](NamedSplit split) {
    return pairs.contains(split) ? std::optional(pairs[split]) : std::nullopt;
  };
  return ArrayNames{pairs[NamedSplit::train], other(NamedSplit::validation), other(NamedSplit::test)};
}

}  // namespace gs
