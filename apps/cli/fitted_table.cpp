// fitted_table.cpp - widths first, then columns, then lines.
#include "apps/cli/fitted_table.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/cli/help.h"

namespace gs::apps {
namespace {

constexpr int between = 2;

/// At most `most` characters; the last is a full stop if some were cut.
std::string cut(const std::string& text, int most) {
  return int(text.size()) <= most ? text : text.substr(0, std::size_t(std::max(1, most - 1))) + ".";
}

struct Placed {
  std::size_t column = 0;
  int width = 0;
};

int total(const std::vector<Placed>& placed) {
  int sum = -between;
  for (const Placed& p : placed) sum += p.width + between;
  return sum;
}

std::vector<Placed> all_columns(const std::vector<TableColumn>& columns, const std::vector<TableRow>& rows) {
  std::vector<Placed> placed;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    int width = 0;
    for (const TableRow& row : rows)
      if (!row.empty()) width = std::max(width, std::min(columns[c].widest, int(row[c].size())));
    if (width == 0 && columns[c].quiet) continue;
    placed.push_back({c, std::max(width, int(columns[c].title.size()))});
  }
  return placed;
}

std::string line_of(const std::vector<TableColumn>& columns, const std::vector<Placed>& placed, const TableRow& row) {
  std::string line;
  for (const Placed& p : placed) {
    if (!line.empty() || &p != placed.data()) line.append(between, ' ');
    const std::string cell = cut(row[p.column], p.width);
    line += columns[p.column].left ? fmt::format("{:<{}}", cell, p.width) : fmt::format("{:>{}}", cell, p.width);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

std::string fitted_table(const std::vector<TableColumn>& columns, const std::vector<TableRow>& rows, int width,
                         std::vector<std::string>* left_out) {
  std::vector<Placed> placed = all_columns(columns, rows);
  while (total(placed) > width) {
    const auto least = std::max_element(placed.begin(), placed.end(), [&](const Placed& a, const Placed& b) {
      return columns[a.column].rank < columns[b.column].rank;
    });
    if (least == placed.end() || columns[least->column].rank == 0) break;
    if (left_out) left_out->push_back(columns[least->column].title);
    placed.erase(least);
  }
  TableRow titles;
  for (const TableColumn& column : columns) titles.push_back(column.title);
  std::string out = line_of(columns, placed, titles);
  for (const TableRow& row : rows)
    out += row.empty() ? std::string(std::size_t(total(placed)), '-') + "\n" : line_of(columns, placed, row);
  return out;
}

std::string fitted_table_with_note(const std::vector<TableColumn>& columns, const std::vector<TableRow>& rows,
                                   int width) {
  std::vector<std::string> left_out;
  std::string out = fitted_table(columns, rows, width, &left_out);
  if (left_out.empty()) return out;
  return out +
         wrapped(fmt::format("(not shown in {} columns: {}; they are in profile.json and on the page)", width,
                             fmt::join(left_out, ", ")),
                 width) +
         "\n";
}

}  // namespace gs::apps
