// recorded_data.cpp - by path and checksum.
#include "apps/run/recorded_data.h"

#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/error.h"
#include "engine/core/printable.h"

namespace gs::apps {

std::string where_now(const std::string& path, const std::string& typed) {
  const auto is_there = [](const std::string& place) {
    std::error_code none;
    return std::filesystem::exists(place, none);
  };
  // run.json shows the bytes of names that are not UTF-8.
  for (const std::string& place : {path, from_printable(path), typed, from_printable(typed)})
    if (!place.empty() && is_there(place)) return place;
  return path.empty() ? typed : path;
}

void check_same_data(const RunRecord::Data& recorded, const DataSplits& now, const std::string& run,
                     const std::string& otherwise) {
  if (now.checksum != recorded.checksum)
    throw Error(fmt::format("{} was trained on other data than {} holds now: their checksum was {}, now it is {}{}",
                            run, now.source, recorded.checksum, now.checksum, otherwise));
  if (now.classes != recorded.classes)
    throw Error(fmt::format("{}/run.json: 'data.classes' must be {}, as in the data of its checksum, not {}", run,
                            fmt::join(now.classes, ", "), fmt::join(recorded.classes, ", ")));
}

}  // namespace gs::apps
