// profile_diff.cpp - ops are matched by their names; counts of the simulator have no spread, so any change counts.
#include "apps/profile/profile_diff.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "apps/cli/fitted_table.h"
#include "apps/cli/help.h"
#include "apps/profile/profile_table.h"
#include "apps/run/machine.h"
#include "engine/core/error.h"
#include "engine/profile/analysis.h"
#include "engine/program/choice.h"
#include "kernels/common/grouped.h"

namespace gs::apps {
namespace {

const OpProfile* op_named(const Profile& p, const std::string& name) {
  for (const OpProfile& op : p.ops)
    if (op.name == name) return &op;
  return nullptr;
}

std::string us_text(const OpProfile* op) {
  return op ? fmt::format("{:.1f}", op->us.median) : "";
}
std::string change_percent(double from, double to) {
  return from > 0 && to > 0 ? fmt::format("{:+.1f}%", 100 * (to / from - 1)) : "";
}

std::string judgement(const OpChange& c) {
  if (!c.a) return "new";
  if (!c.b) return "gone";
  if (!c.beyond_spread) return "within the spread";
  return c.change_us < 0 ? "faster" : "slower";
}
std::string implementations(const OpChange& c) {
  if (!c.a || !c.b) return (c.a ? c.a : c.b)->implementation;
  const std::string a = current_implementation(c.a->implementation), b = current_implementation(c.b->implementation);
  return a == b ? a : a + " -> " + b;
}

TableRow sum_row(const std::string& name, double a, double b) {
  return {
      name, "", fmt::format("{:.1f}", a), fmt::format("{:.1f}", b), fmt::format("{:+.1f}", b - a), change_percent(a, b),
      ""};
}

std::string times_table(const Profile& a, const Profile& b, int width) {
  std::vector<TableRow> rows;
  int faster = 0, slower = 0;
  for (const OpChange& c : profile_changes(a, b)) {
    const std::string judged = judgement(c);
    faster += judged == "faster", slower += judged == "slower";
    rows.push_back({c.name, implementations(c), us_text(c.a), us_text(c.b), fmt::format("{:+.1f}", c.change_us),
                    c.a && c.b ? change_percent(c.a->us.median, c.b->us.median) : "", judged});
  }
  rows.emplace_back();
  rows.push_back(sum_row("all ops", a.sums.ops_us, b.sums.ops_us));
  rows.push_back(sum_row("gaps between ops", a.sums.gaps_us, b.sums.gaps_us));
  rows.push_back(sum_row("host time", a.sums.host_us, b.sums.host_us));
  rows.push_back(sum_row("remainder", a.sums.remainder_us(), b.sums.remainder_us()));
  rows.push_back(sum_row("step", a.wall_us.median, b.wall_us.median));
  const bool step_changed = beyond_spread(a.wall_us, b.wall_us);
  rows.back().back() = !step_changed ? "within the spread" : b.wall_us.median < a.wall_us.median ? "faster" : "slower";
  const std::vector<TableColumn> columns = {
      {"op", 0, true, 30}, {"implementation", 2, true, 40}, {"A us", 1}, {"B us", 1}, {"change us", 0}, {"change", 0},
      {"", 0, true}};
  return fitted_table(columns, rows, width) + "\n" +
         wrapped(fmt::format("{} faster, {} slower, beyond the spread: each median lies outside the other's tenth to "
                             "ninetieth percentile",
                             faster, slower),
                 width) +
         "\n";
}

std::string counts_table(const Profile& a, const Profile& b, int width) {
  std::vector<TableRow> rows;
  const auto sectors = [](const OpProfile* op) { return op && op->counts ? op->counts->sectors : std::int64_t(0); };
  const auto turns = [](const OpProfile* op) {
    return op && op->counts ? op->counts->bank_conflicts : std::int64_t(0);
  };
  std::vector<OpChange> changes = profile_changes(a, b);
  std::stable_sort(changes.begin(), changes.end(), [&](const OpChange& x, const OpChange& y) {
    return std::abs(sectors(x.b) - sectors(x.a)) > std::abs(sectors(y.b) - sectors(y.a));
  });
  for (const OpChange& c : changes)
    rows.push_back({c.name, implementations(c), grouped(sectors(c.a)), grouped(sectors(c.b)),
                    change_percent(double(sectors(c.a)), double(sectors(c.b))), grouped(turns(c.a)),
                    grouped(turns(c.b))});
  return fitted_table({{"op", 0, true, 30},
                       {"implementation", 2, true, 40},
                       {"A sectors", 0},
                       {"B sectors", 0},
                       {"change", 0},
                       {"A conflicts", 1},
                       {"B conflicts", 1}},
                      rows, width);
}

std::string instructions_table(const Profile& a, const Profile& b, int width) {
  const auto warp = [](const OpProfile* op) {
    return op && op->instructions ? op->instructions->warp : std::int64_t(0);
  };
  std::vector<OpChange> changes = profile_changes(a, b);
  std::stable_sort(changes.begin(), changes.end(), [&](const OpChange& x, const OpChange& y) {
    return std::abs(warp(x.b) - warp(x.a)) > std::abs(warp(y.b) - warp(y.a));
  });
  std::vector<TableRow> rows;
  std::int64_t sum_a = 0, sum_b = 0;
  const auto row = [](const std::string& name, const std::string& implementation, std::int64_t x, std::int64_t y) {
    return TableRow{name, implementation, grouped(x), grouped(y), change_percent(double(x), double(y))};
  };
  for (const OpChange& c : changes) {
    rows.push_back(row(c.name, implementations(c), warp(c.a), warp(c.b)));
    sum_a += warp(c.a), sum_b += warp(c.b);
  }
  rows.emplace_back();
  rows.push_back(row("all ops", "", sum_a, sum_b));
  return fitted_table({{"op", 0, true, 30},
                       {"implementation", 2, true, 40},
                       {"A warp instructions", 0},
                       {"B warp instructions", 0},
                       {"change", 0}},
                      rows, width);
}

/// The percentiles of fewer steps are almost their extremes.
constexpr int steps_for_a_spread = 10;

std::string few_steps(const Profile& a, const Profile& b) {
  if (std::min(a.sampled_steps, b.sampled_steps) >= steps_for_a_spread) return "";
  return fmt::format("A has {}, B {}: below {} the spread says little", plural(a.sampled_steps, "sampled step"),
                     b.sampled_steps, steps_for_a_spread);
}

std::string one_line(const Profile& p) {
  const std::string subject = fmt::format("{}:{}:{}", p.model, p.base, p.batch) + (p.run ? " (" + *p.run + ")" : "");
  return fmt::format("{} on {}, {}, {}; gridstride {}, {}", subject, p.device, precision_words(p.precision, p.device),
                     p.device_description, p.commit.empty() ? p.version : p.commit, p.time);
}

}  // namespace

std::vector<OpChange> profile_changes(const Profile& a, const Profile& b) {
  std::vector<OpChange> changes;
  for (const OpProfile& op : a.ops) {
    OpChange c{op.name, &op, op_named(b, op.name)};
    c.change_us = (c.b ? c.b->us.median : 0) - op.us.median;
    c.beyond_spread = !c.b || beyond_spread(op.us, c.b->us);
    changes.push_back(c);
  }
  for (const OpProfile& op : b.ops)
    if (!op_named(a, op.name)) changes.push_back({op.name, nullptr, &op, op.us.median, true});
  std::stable_sort(changes.begin(), changes.end(),
                   [](const OpChange& x, const OpChange& y) { return std::abs(x.change_us) > std::abs(y.change_us); });
  return changes;
}

std::vector<std::string> differing_circumstances(const Profile& a, const Profile& b) {
  std::vector<std::string> lines;
  const auto compare = [&](const char* what, const std::string& x, const std::string& y) {
    if (x != y) lines.push_back(fmt::format("not the same {}: {} and {}", what, x, y));
  };
  compare("case", fmt::format("{}:{}:{}", a.model, a.base, a.batch), fmt::format("{}:{}:{}", b.model, b.base, b.batch));
  compare("input", a.input, b.input);
  compare("device", a.device, b.device);
  if (a.device == b.device) compare("machine", a.device_description, b.device_description);
  compare("precision", a.precision, b.precision);
  compare("number of threads", std::to_string(a.threads), std::to_string(b.threads));
  return lines;
}

std::string profile_diff(const Profile& a, const Profile& b, int width) {
  const auto kind = [](const Profile& p) {
    return has_times(p.source) ? "times" : p.source == TimeSource::counts ? "the simulator's counts" : "instructions";
  };
  if (std::string_view(kind(a)) != kind(b))
    throw UsageError(fmt::format("--diff: one profile has {} and the other has {}", kind(a), kind(b)));
  std::string out = wrapped("A  " + one_line(a), width, 3) + "\n" + wrapped("B  " + one_line(b), width, 3) + "\n";
  for (const std::string& line : differing_circumstances(a, b)) out += wrapped(line, width, 3) + "\n";
  if (const std::string line = has_times(a.source) ? few_steps(a, b) : ""; !line.empty())
    out += wrapped(line, width, 3) + "\n";
  return out + "\n" +
         (has_times(a.source)              ? times_table(a, b, width)
          : a.source == TimeSource::counts ? counts_table(a, b, width)
                                           : instructions_table(a, b, width));
}

}  // namespace gs::apps
