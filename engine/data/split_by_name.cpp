// split_by_name.cpp - places by XXH64.
#include "engine/data/split_by_name.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/core/checksum.h"

namespace gs {
namespace {

double place_of_name(const std::string& name) {
  return double(Checksum().add_values(name.data(), name.size()).value() >> 11) * 0x1p-53;
}

}  // namespace

std::vector<bool> validating_by_name(const std::vector<std::string>& names, const std::vector<std::int32_t>& labels,
                                     double share) {
  struct Range {
    double lowest = 1, highest = 0;
  };
  std::map<std::int32_t, Range> classes;
  std::vector<double> places;
  for (std::size_t i = 0; i < names.size(); ++i) {
    places.push_back(place_of_name(names[i]));
    Range& range = classes[labels[i]];
    range.lowest = std::min(range.lowest, places[i]);
    range.highest = std::max(range.highest, places[i]);
  }
  std::set<double> lowest, highest;
  for (const auto& [label, range] : classes) {
    lowest.insert(range.lowest);
    highest.insert(range.highest);
  }
  std::vector<bool> validating;
  for (const double place : places)
    validating.push_back(!highest.contains(place) && (place < share || lowest.contains(place)));
  return validating;
}

}  // namespace gs
