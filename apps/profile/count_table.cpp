// count_table.cpp - counts per op, then the source lines that cost most.
#include "apps/profile/count_table.h"

#include <algorithm>

#include <fmt/format.h>

#include "apps/cli/fitted_table.h"
#include "apps/cli/help.h"
#include "kernels/common/grouped.h"

namespace gs::apps {
namespace {

const std::vector<TableColumn> count_columns = {{"op", 0, true, 30},
                                                {"implementation", 4, true, 22},
                                                {"blocks", 7},
                                                {"threads", 8},
                                                {"barriers", 6},
                                                {"MB", 5, false, 1000, true},
                                                {"requests", 9, false, 1000, true},
                                                {"sectors", 3, false, 1000, true},
                                                {"sectors/request", 0, false, 1000, true},
                                                {"beyond ideal", 3, false, 1000, true},
                                                {"conflicts", 1, false, 1000, true},
                                                {"conflicts/request", 10, false, 1000, true},
                                                {"divergent", 2, false, 1000, true}};

/// Empty if nothing was counted: the plain program counts blocks, threads and barriers only.
std::string count_text(std::int64_t count, std::int64_t counted) {
  return counted > 0 ? grouped(count) : "";
}

std::string ratio_text(std::int64_t a, std::int64_t b) {
  return b > 0 ? fmt::format("{:.2f}", double(a) / double(b)) : "";
}
/// The share of `requests` that only a part of the warp made.
std::string divergence_text(std::int64_t divergent, std::int64_t requests) {
  return requests > 0 ? fmt::format("{:.1f}%", 100 * double(divergent) / double(requests)) : "";
}

TableRow count_row(const OpProfile& op) {
  const OpCounts c = op.counts.value_or(OpCounts{});
  return {op.name,
          op.implementation,
          grouped(c.blocks),
          grouped(c.threads),
          grouped(c.barriers),
          c.requests > 0 ? fmt::format("{:.3f}", double(c.loaded_bytes + c.stored_bytes) / 1e6) : "",
          count_text(c.requests, c.requests),
          count_text(c.sectors, c.requests),
          ratio_text(c.sectors, c.requests),
          count_text(c.wasted_sectors, c.requests),
          count_text(c.bank_conflicts, c.shared_requests),
          ratio_text(c.bank_conflicts, c.shared_requests),
          divergence_text(c.divergent_requests, c.requests + c.shared_requests)};
}

/// Without the folder kernels/, which all of them share.
std::string short_place(const std::string& place) {
  constexpr std::string_view folder = "kernels/";
  return place.rfind(folder, 0) == 0 ? place.substr(folder.size()) : place;
}

constexpr std::size_t worst_lines_shown = 10;

std::string worst_lines(const Profile& p, int width) {
  struct Found {
    const OpProfile* op;
    const OpCounts::Line* line;
    std::int64_t waste;  ///< excess sectors, and bank conflicts
  };
  std::vector<Found> found;
  for (const OpProfile& op : p.ops)
    if (op.counts)
      for (const OpCounts::Line& line : op.counts->lines)
        if (const std::int64_t waste = line.wasted_sectors + line.bank_conflicts; waste > 0)
          found.push_back({&op, &line, waste});
  if (found.empty()) return "";
  std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.waste > b.waste; });
  found.resize(std::min(found.size(), worst_lines_shown));
  const std::vector<TableColumn> columns = {
      {"source line", 0, true, 48}, {"op", 0, true, 30}, {"sectors/request", 0}, {"sectors", 2},
      {"beyond ideal", 1},          {"conflicts", 0},    {"divergent", 3}};
  std::vector<TableRow> rows;
  for (const Found& f : found)
    rows.push_back({short_place(f.line->place), f.op->name, ratio_text(f.line->sectors, f.line->requests),
                    grouped(f.line->sectors), f.line->wasted_sectors > 0 ? grouped(f.line->wasted_sectors) : "",
                    f.line->bank_conflicts > 0 ? grouped(f.line->bank_conflicts) : "",
                    divergence_text(f.line->divergent_requests, f.line->requests + f.line->shared_requests)});
  return "\n" +
         wrapped(
             "lines with the most sectors in excess of their requests' bytes, and the most bank conflicts in shared "
             "memory",
             width) +
         "\n" + fitted_table_with_note(columns, rows, width);
}

}  // namespace

std::string count_table(const Profile& p, int width) {
  std::vector<TableRow> rows;
  for (const OpProfile& op : p.ops) rows.push_back(count_row(op));
  return fitted_table_with_note(count_columns, rows, width) + worst_lines(p, width);
}

}  // namespace gs::apps
