// profile_table.cpp - the columns of a profile, the head above and the advice below.
#include "apps/profile/profile_table.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/cli/fitted_table.h"
#include "apps/cli/help.h"
#include "apps/profile/count_table.h"
#include "apps/profile/instruction_table.h"
#include "apps/profile/kernels_text.h"
#include "apps/run/machine.h"
#include "engine/profile/advice.h"
#include "engine/profile/analysis.h"
#include "kernels/common/grouped.h"

namespace gs::apps {
namespace {

std::string number(double value, int decimals = 1) {
  return value > 0 ? fmt::format("{:.{}f}", value, value >= 100 ? std::min(decimals, 1) : decimals) : "";
}
/// One decimal, and no minus before a zero.
double tenths(double value) {
  return std::round(10 * value) / 10 + 0.0;
}
std::string percent(double share) {
  return fmt::format("{:.1f}%", tenths(100 * share));
}
/// The half width of the spread as a share of the median.
std::string spread_text(const Spread& s) {
  return s.median > 0 ? fmt::format("{:.0f}%", 50 * (s.high - s.low) / s.median) : "";
}

/// "yes" if the op is known to use them, with a note if that follows from a kernel's name or a library's plan.
std::string tensor_cores_text(const OpProfile& op) {
  switch (op.tensor_cores) {
    case TensorCores::no:
      return "";
    case TensorCores::declared:
      return "yes";
    case TensorCores::by_plan:
    case TensorCores::by_kernel_name:
      break;
  }
  return op.tensor_cores == TensorCores::by_plan ? "yes, by plan" : "yes, by name";
}
/// The occupancy of the kernel that takes longest.
std::string occupancy_text(const OpProfile& op) {
  const auto longest = std::max_element(op.kernels.begin(), op.kernels.end(),
                                        [](const auto& a, const auto& b) { return a.us.median < b.us.median; });
  return longest == op.kernels.end() || longest->occupancy <= 0 ? "" : fmt::format("{:.0f}%", 100 * longest->occupancy);
}

// ---- head ----

std::string source_text(const Profile& p) {
  switch (p.source) {
    case TimeSource::clock:
      return "by the clock around each op";
    case TimeSource::cupti:
      return "by CUPTI's records of each kernel";
    case TimeSource::events:
      return "by events around each op, run one by one";
    case TimeSource::counts:
    case TimeSource::instructions:
      break;
  }
  return "counted";
}

std::string rate(double per_s, const char* unit) {
  return fmt::format("{:.1f} {}", per_s / 1e9, unit);
}
std::string peaks_text(const Peaks& r) {
  if (r.copy_bytes_per_s <= 0 && r.fp32_flops_per_s <= 0) return "not measured";
  std::string text =
      fmt::format("copy {}, fp32 {}", rate(r.copy_bytes_per_s, "GB/s"), rate(r.fp32_flops_per_s, "GFLOP/s"));
  if (r.tf32_flops_per_s > 0) text += ", tf32 " + rate(r.tf32_flops_per_s, "GFLOP/s");
  if (r.bf16_flops_per_s > 0) text += ", bf16 " + rate(r.bf16_flops_per_s, "GFLOP/s");
  if (r.stream_launch_us > 0) text += fmt::format(", launch {:.2f} us", r.stream_launch_us);
  if (r.graph_launch_us > 0) text += fmt::format(", in a graph {:.2f} us", r.graph_launch_us);
  return text + (r.measured_now ? ", measured now" : ", stored on " + r.date);
}

std::string head(const Profile& p, int width) {
  constexpr int label_width = 9;
  std::string out;
  const auto line = [&](const char* label, const std::string& text) {
    out += fmt::format("{:<{}}{}\n", label, label_width, wrapped(text, std::max(20, width - label_width), label_width));
  };
  const std::string subject = p.run ? fmt::format("{} ({})", p.model, *p.run) : p.model;
  line("step", fmt::format("{}, base {}, batch {}, input {}", subject, p.base, p.batch, p.input));
  line("device", fmt::format("{}: {}, {}; gridstride {}", p.device, p.device_description,
                             precision_words(p.precision, p.device), p.commit.empty() ? p.version : p.commit));
  if (!has_times(p.source)) {
    line("counted",
         fmt::format("{}{}; time means nothing here", plural(p.sampled_steps, "step"),
                     p.source == TimeSource::instructions ? ", in instructions of PTX as nvcc emits it" : ""));
    if (!p.source_note.empty()) line("note", p.source_note);
    return out;
  }
  line("time", fmt::format("{} a step ({} to {}), {:.1f} images/s; {} {}{}", time_text(p.wall_us.median),
                           time_text(p.wall_us.low), time_text(p.wall_us.high),
                           p.wall_us.median > 0 ? 1e6 * p.batch / p.wall_us.median : 0, plural(p.sampled_steps, "step"),
                           source_text(p),
                           p.unwatched_us.median > 0
                               ? fmt::format("; unwatched {} ({} to {})", time_text(p.unwatched_us.median),
                                             time_text(p.unwatched_us.low), time_text(p.unwatched_us.high))
                               : ""));
  if (!p.source_note.empty()) line("note", p.source_note);
  line("peak", peaks_text(p.peaks));
  if (const std::string doubt = doubt_about_peaks(p); !doubt.empty()) line("doubt", doubt);
  return out;
}

// ---- times ----

/// The places in time_columns of the columns that rows of sums fill in.
enum {
  op_column = 0,
  median_column = 4,
  share_column = 6,
  flops_column = 7,
  bytes_column = 8,
  peak_column = 12,
  reached_column = 13
};

const std::vector<TableColumn> time_columns = {{"op", 0, true, 30},
                                               {"implementation", 3, true, 22},
                                               {"kernels", 14, true, 44, true},
                                               {"launches", 13, false, 8, true},
                                               {"median us", 0},
                                               {"spread", 5},
                                               {"share", 1},
                                               {"MFLOP", 9},
                                               {"MB", 10},
                                               {"GFLOP/s", 4},
                                               {"GB/s", 6},
                                               {"FLOP/byte", 8},
                                               {"us at peak", 12},
                                               {"% peak", 2},
                                               {"bound", 2, true},
                                               {"tensor cores", 11, true, 12, true},
                                               {"occupancy", 11, false, 9, true},
                                               {"threads busy", 15, false, 12, true},
                                               {"slowest thread", 16, false, 14, true}};

TableRow time_row(const Profile& p, const OpProfile& op) {
  const OpAnalysis a = analyse(p, op);
  return {op.name,
          op.implementation,
          kernels_text(op),
          op.kernels.empty() ? "" : std::to_string(op.launches),
          fmt::format("{:.1f}", op.us.median),
          spread_text(op.us),
          percent(a.share),
          number(op.cost.flops / 1e6, 2),
          number(op.cost.bytes / 1e6, 2),
          number(a.flops_per_s / 1e9),
          number(a.bytes_per_s / 1e9),
          number(a.intensity, 2),
          number(a.peak_us),
          a.bound == Bound::unknown ? "" : fmt::format("{:.0f}", 100 * a.peak_share),
          a.bound == Bound::unknown ? "" : std::string(to_string(a.bound)),
          tensor_cores_text(op),
          occupancy_text(op),
          a.threads_busy > 0 ? fmt::format("{:.0f}%", 100 * a.threads_busy) : "",
          a.imbalance_us >= 0.05 ? fmt::format("+{:.1f} us", a.imbalance_us) : ""};
}

/// A row that has a name, a time and a share only.
TableRow sum_row(const Profile& p, const std::string& name, double us) {
  TableRow row(time_columns.size());
  row[op_column] = name;
  row[median_column] = fmt::format("{:.1f}", tenths(us));
  row[share_column] = p.sums.wall_us > 0 ? percent(us / p.sums.wall_us) : "";
  return row;
}

std::string time_table(const Profile& p, int width) {
  std::vector<TableRow> rows;
  Cost cost;
  double peak_us = 0;
  for (const OpProfile& op : p.ops) {
    rows.push_back(time_row(p, op));
    cost.flops += op.cost.flops;
    cost.bytes += op.cost.bytes;
    peak_us += analyse(p, op).peak_us;
  }
  rows.emplace_back();
  TableRow ops = sum_row(p, "all ops", p.sums.ops_us);
  ops[flops_column] = number(cost.flops / 1e6, 2), ops[bytes_column] = number(cost.bytes / 1e6, 2),
  ops[peak_column] = number(peak_us);
  if (p.sums.ops_us > 0 && peak_us > 0) ops[reached_column] = fmt::format("{:.0f}", 100 * peak_us / p.sums.ops_us);
  rows.push_back(ops);
  if (p.sums.overlap_us > 0) rows.push_back(sum_row(p, "- at the same time", -p.sums.overlap_us));
  rows.push_back(sum_row(p, "+ gaps between ops", p.sums.gaps_us));
  rows.push_back(sum_row(p, "+ host time", p.sums.host_us));
  rows.push_back(sum_row(p, "+ remainder", p.sums.remainder_us()));
  rows.push_back(sum_row(p, "= step", p.sums.wall_us));
  return fitted_table_with_note(time_columns, rows, width);
}

/// True if there is no basis for advice: the simulator's plain program counts no memory, and instructions alone tell
/// nothing.
bool without_basis(const Profile& p) {
  if (p.source == TimeSource::instructions) return true;
  return p.source == TimeSource::counts && std::none_of(p.ops.begin(), p.ops.end(), [](const OpProfile& op) {
           return op.counts && op.counts->requests + op.counts->shared_requests > 0;
         });
}

std::string advice_lines(const Profile& p, int width) {
  const std::vector<Advice> found = advice(p);
  if (found.empty()) return without_basis(p) ? "" : "\nnothing stands out\n";
  std::string out = "\nwhat would save most\n";
  int number = 0;
  for (const Advice& a : found)
    out += fmt::format("  {}. {}\n", ++number, wrapped(a.text, std::max(20, std::min(width, 120) - 5), 5));
  return out;
}

}  // namespace

std::string time_text(double us) {
  if (us < 1000) return fmt::format("{:.1f} us", us);
  return us < 1e6 ? fmt::format("{:.2f} ms", us / 1e3) : fmt::format("{:.2f} s", us / 1e6);
}

std::string profile_report(const Profile& p, int width) {
  const std::string table = p.source == TimeSource::counts         ? count_table(p, width)
                            : p.source == TimeSource::instructions ? instruction_table(p, width)
                                                                   : time_table(p, width);
  return head(p, width) + "\n" + table + advice_lines(p, width);
}

}  // namespace gs::apps
