// kernel_cost.cpp - two rows for each op.
#include "apps/profile/kernel_cost.h"

#include <algorithm>

#include "apps/cli/fitted_table.h"
#include "apps/cli/help.h"
#include "kernels/common/grouped.h"

namespace gs::apps {
namespace {

TableRow row_of(const OpProfile& op, bool first) {
  const OpCounts c = op.counts.value_or(OpCounts{});
  TableRow row{first ? op.name : "", op.implementation, grouped(op.launches)};
  for (const std::int64_t count : {c.threads, c.loads, c.stores, c.sectors, c.bank_conflicts, c.barriers})
    row.push_back(grouped(count));
  return row;
}

}  // namespace

std::string kernel_cost(const Profile& built_in, const Profile& own, const std::set<std::string>& calls, int width) {
  std::vector<TableRow> rows;
  for (const OpProfile& mine : own.ops) {
    const auto other = std::ranges::find(built_in.ops, mine.name, &OpProfile::name);
    if (!calls.contains(mine.name) || other == built_in.ops.end() || other->implementation == mine.implementation)
      continue;
    rows.push_back(row_of(*other, true));
    rows.push_back(row_of(mine, false));
  }
  return "\nyour kernels below the built-in ones\n\n" +
         fitted_table({{"op", 0, true, 30},
                       {"implementation", 0, true, 30},
                       {"launches", 5},
                       {"threads", 4},
                       {"loads", 2},
                       {"stores", 2},
                       {"sectors", 0},
                       {"conflicts", 1},
                       {"barriers", 3}},
                      rows, width) +
         "\n" +
         wrapped(
             "Bias, ReLU, masks and transposed copies are part of the built-in kernels; with yours they are done on "
             "the host, and not counted.",
             width) +
         "\n";
}

}  // namespace gs::apps
