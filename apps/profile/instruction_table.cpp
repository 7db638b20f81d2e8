// instruction_table.cpp - instructions per op, then by opcode and by source line.
#include "apps/profile/instruction_table.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "apps/cli/fitted_table.h"
#include "apps/cli/help.h"
#include "apps/profile/kernels_text.h"
#include "kernels/common/grouped.h"

namespace gs::apps {
namespace {

using Entry = InstructionCounts::Entry;

std::string percent(std::int64_t part, std::int64_t all) {
  return all > 0 ? fmt::format("{:.1f}%", 100 * double(part) / double(all)) : "";
}

/// Half of the formula's operations: a multiply-add is two.
std::string multiply_adds(double flops, std::int64_t warp) {
  return flops > 0 && warp > 0 ? fmt::format("{:.1f}", flops / 2 / double(warp)) : "";
}

TableRow row(const std::string& name, const InstructionCounts& c, double flops, std::int64_t all) {
  return {name,
          "",
          "",
          grouped(c.warp),
          percent(c.warp, all),
          flops > 0 ? fmt::format("{:.2f}", flops / 1e6) : "",
          multiply_adds(flops, c.warp),
          percent(c.lanes, 32 * c.warp),
          "",
          ""};
}

/// The entries of all ops together, the most first.
std::vector<Entry> together(const Profile& p, const std::vector<Entry> InstructionCounts::*entries) {
  std::map<std::string, std::int64_t> sums;
  for (const OpProfile& op : p.ops)
    if (op.instructions)
      for (const Entry& e : (*op.instructions).*entries) sums[e.name] += e.warp;
  std::vector<Entry> all;
  for (const auto& [name, warp] : sums) all.push_back({name, warp});
  std::stable_sort(all.begin(), all.end(), [](const Entry& a, const Entry& b) { return a.warp > b.warp; });
  return all;
}

constexpr std::size_t most_shown = 10;

std::string most_executed(const std::string& what, const std::vector<Entry>& entries, std::int64_t all, int width) {
  std::vector<TableRow> rows;
  for (const Entry& e : entries)
    if (rows.size() < most_shown) rows.push_back({e.name, grouped(e.warp), percent(e.warp, all)});
  return "\n" + fitted_table({{what, 0, true, 60}, {"warp instructions", 0}, {"share", 0}}, rows, width);
}

}  // namespace

std::string instruction_table(const Profile& p, int width) {
  InstructionCounts sum;
  double flops = 0;
  for (const OpProfile& op : p.ops)
    if (op.instructions) sum.warp += op.instructions->warp, sum.lanes += op.instructions->lanes, flops += op.cost.flops;
  std::vector<TableRow> rows;
  for (const OpProfile& op : p.ops) {
    TableRow cells = row(op.name, op.instructions.value_or(InstructionCounts{}), op.cost.flops, sum.warp);
    cells[1] = op.implementation;
    cells[2] = kernels_text(op);
    if (op.bound_on_h200) {
      cells[8] = fmt::format("{:.2f}", op.bound_on_h200->us());
      cells[9] = to_string(op.bound_on_h200->bound());
    }
    rows.push_back(cells);
  }
  rows.emplace_back();
  rows.push_back(row("all ops", sum, flops, sum.warp));
  const std::vector<TableColumn> columns = {{"op", 0, true, 30},
                                            {"implementation", 2, true, 22},
                                            {"kernels", 5, true, 44, true},
                                            {"warp instructions", 0},
                                            {"share", 1},
                                            {"MFLOP", 4},
                                            {"multiply-adds each", 1},
                                            {"lanes on", 3},
                                            {"us on an H200", 0},
                                            {"bound", 0, true}};
  return fitted_table_with_note(columns, rows, width) +
         most_executed("opcode", together(p, &InstructionCounts::opcodes), sum.warp, width) +
         most_executed("source line", together(p, &InstructionCounts::lines), sum.warp, width);
}

}  // namespace gs::apps
