// array_names.cpp - sorts names into splits, images and labels.
#include "engine/data/array_names.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/lower_case.h"
#include "engine/core/printable.h"

namespace gs {
namespace {

enum class ArraySplit { train, validation, test };
constexpr ArraySplit array_splits[] = {ArraySplit::train, ArraySplit::validation, ArraySplit::test};

/// The names of a split, the usual one first.
const std::vector<std::string>& words_of(ArraySplit split) {
  static const std::map<ArraySplit, std::vector<std::string>> words{
      {ArraySplit::train, {"train", "training"}},
      {ArraySplit::validation, {"val", "valid", "validation"}},
      {ArraySplit::test, {"test", "testing"}}};
  return words.at(split);
}

/// The names of one split; an empty text for an array that is not there.
class ArrayFinder {
 public:
  ArrayFinder(const std::vector<std::string>& names, const std::string& where) : names_(names), where_(where) {}

  ArrayPair pair(ArraySplit split) const { return {find(split, "images", "x"), find(split, "labels", "y")}; }

  void require_both(const ArrayPair& pair, ArraySplit split) const {
    const std::string& word = words_of(split)[0];
    if (pair.images.empty() != pair.labels.empty())
      throw UsageError(
          pair.images.empty()
              ? fmt::format("--data {}: {}_images is missing beside {}", where_, word, printable(pair.labels))
              : fmt::format("--data {}: {}_labels is missing beside {}", where_, word, printable(pair.images)));
  }

 private:
  /// "train_images" or "x_train".
  std::string find(ArraySplit split, const std::string& what, const std::string& letter) const {
    std::string found;
    for (const std::string& name : names_)
      for (const std::string& word : words_of(split)) {
        const std::string lower = in_lower_case(name);
        if (lower != word + "_" + what && lower != letter + "_" + word) continue;
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
  std::map<ArraySplit, ArrayPair> pairs;
  for (const ArraySplit split : array_splits)
    if (ArrayPair pair = finder.pair(split); !pair.images.empty() || !pair.labels.empty())
      pairs[split] = std::move(pair);
  if (pairs.empty()) return std::nullopt;
  for (const auto& [split, pair] : pairs) finder.require_both(pair, split);
  if (!pairs.contains(ArraySplit::train) || pairs.size() == 1)
    throw UsageError(
        fmt::format("--data {}: {}", where,
                    pairs.contains(ArraySplit::train)
                        ? "no arrays to validate with: val_images and val_labels, or test_images and test_labels"
                        : "no training arrays: train_images and train_labels, or x_train and y_train"));
  const auto other = [&](ArraySplit split) {
    return pairs.contains(split) ? std::optional(pairs[split]) : std::nullopt;
  };
  return ArrayNames{pairs[ArraySplit::train], other(ArraySplit::validation), other(ArraySplit::test)};
}

}  // namespace gs
