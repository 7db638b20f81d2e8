// recorded_data.cpp - by path and checksum.
#include "apps/run/recorded_data.h"

#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/error.h"
#include "engine/core/printable.h"
#include "engine/core/version.h"
#include "engine/data/idx_names.h"

namespace gs::apps {
namespace {

bool is_there(const std::filesystem::path& place) {
  std::error_code none;
  return std::filesystem::exists(place, none) || find_idx(place).has_value();
}

}  // namespace

std::string where_now(const std::string& path, const std::string& typed) {
  // run.json shows the bytes of names that are not UTF-8.
  for (const std::string& place : {path, from_printable(path), typed, from_printable(typed)})
    if (!place.empty() && is_there(place)) return place;
  return path.empty() ? typed : path;
}

void read_again(DataRequest& request, const RunRecord::Data& recorded) {
  request.data = where_now(recorded.path, request.data);
  if (const std::string typed = request.table.file; !typed.empty()) {
    request.table.file = where_now(recorded.table, typed);
    const std::filesystem::path beside = std::filesystem::path(request.data) / typed;
    if (!is_there(request.table.file) && is_there(beside)) request.table.file = beside.string();
  }
  if (recorded.range_bits > 0) request.range_bits = recorded.range_bits;
}

void check_same_data(const RunRecord& record, const DataSplits& now, const std::string& run,
                     const std::string& otherwise) {
  const RunRecord::Data& recorded = record.data;
  const std::string& then = record.versions.gridstride;
  if (now.checksum != recorded.checksum)
    throw Error(fmt::format(
        "{} was trained on other data than {} holds now{}: their checksum was {}, now it is {}{}", run, now.source,
        then == version_info().version ? "" : fmt::format(", or gridstride {} read them otherwise", then),
        recorded.checksum, now.checksum, otherwise));
  if (now.classes != recorded.classes)
    throw Error(fmt::format("{}/run.json: 'data.classes' must be {}, as in the data of its checksum, not {}", run,
                            fmt::join(now.classes, ", "), fmt::join(recorded.classes, ", ")));
}

}  // namespace gs::apps
