// damaged_json.h - a JSON file damaged in every place: what a reader must refuse in its own words, or take.
#pragma once
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace gs::test {

using DamagedJson = nlohmann::ordered_json;

/// Values of every type, and numbers that no smaller type holds.
inline const std::vector<DamagedJson>& wrong_values() {
  static const std::vector<DamagedJson> values = {nullptr,
                                                  true,
                                                  -1,
                                                  0,
                                                  1e300,
                                                  18446744073709551615u,
                                                  "",
                                                  "two\nlines",
                                                  DamagedJson::array(),
                                                  DamagedJson::object()};
  return values;
}

/// Calls visit(json, what) for `json` with each member and each entry, at every depth, removed and replaced in turn.
inline void for_each_damage(const DamagedJson& json,
                            const std::function<void(const DamagedJson&, const std::string& what)>& visit) {
  const DamagedJson flat = json.flatten();
  std::vector<std::string> places;
  for (const auto& [place, value] : flat.items())
    for (std::size_t end = place.find('/', 1);; end = place.find('/', end + 1)) {
      const std::string prefix = place.substr(0, end);
      if (std::find(places.begin(), places.end(), prefix) == places.end()) places.push_back(prefix);
      if (end == std::string::npos) break;
    }
  for (const std::string& place : places) {
    const DamagedJson::json_pointer at(place);
    DamagedJson damaged = json;
    DamagedJson& parent = damaged[at.parent_pointer()];
    if (parent.is_array())
      parent.erase(std::stoul(at.back()));
    else
      parent.erase(at.back());
    visit(damaged, place + " removed");
    for (const DamagedJson& value : wrong_values()) {
      damaged = json;
      damaged[at] = value;
      visit(damaged, place + " = " + value.dump());
    }
  }
}

/// The words of a library in a message; empty if it has none.
inline std::string library_words(const std::string& message) {
  for (const char* words : {"json.exception", "_M_range_check", "stoi", "stol", "basic_string", "vector::", "map::at",
                            "std::", "bad_alloc", "filesystem error", "OpenCV(", "type must be", "unordered_map"})
    if (message.find(words) != std::string::npos) return words;
  return "";
}

}  // namespace gs::test
