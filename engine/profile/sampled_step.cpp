// sampled_step.cpp - arithmetic on stretches of time.
#include "engine/profile/sampled_step.h"

#include <algorithm>
#include <limits>

#include "engine/core/quantile.h"

namespace gs {
namespace {

std::vector<Stretch> in_order_of_time(std::vector<Stretch> stretches) {
  std::stable_sort(stretches.begin(), stretches.end(),
                   [](const Stretch& a, const Stretch& b) { return a.start_us < b.start_us; });
  return stretches;
}

/// Length of the union of the stretches, which are sorted by start.
double covered(const std::vector<Stretch>& stretches) {
  double sum = 0, until = -std::numeric_limits<double>::infinity();
  for (const Stretch& s : stretches) {
    sum += std::max(0.0, s.end_us - std::max(s.start_us, until));
    until = std::max(until, s.end_us);
  }
  return sum;
}

}  // namespace

TimeSums sums_of(const SampledStep& step) {
  std::vector<Stretch> all;  // clipped to the step, because clocks may differ slightly
  for (Stretch s : step.stretches) {
    s.start_us = std::clamp(s.start_us, 0.0, step.wall_us);
    s.end_us = std::clamp(s.end_us, s.start_us, step.wall_us);
    all.push_back(s);
  }
  all = in_order_of_time(std::move(all));
  TimeSums sums{.wall_us = step.wall_us};
  if (all.empty()) {
    sums.host_us = step.wall_us;
    return sums;
  }
  std::vector<Stretch> known;
  for (const Stretch& s : all)
    if (s.op >= 0) known.push_back(s), sums.ops_us += s.end_us - s.start_us;
  sums.overlap_us = std::max(0.0, sums.ops_us - covered(known));
  double end = 0;
  for (const Stretch& s : all) end = std::max(end, s.end_us);
  sums.host_us = all.front().start_us + (step.wall_us - end);
  sums.gaps_us = std::max(0.0, end - all.front().start_us - covered(all));
  return sums;
}

TimeSums median_sums(const std::vector<SampledStep>& steps) {
  std::vector<TimeSums> all;
  for (const SampledStep& step : steps) all.push_back(sums_of(step));
  const auto median = [&](double TimeSums::*part) {
    std::vector<double> values;
    for (const TimeSums& sums : all) values.push_back(sums.*part);
    return spread_of(std::move(values)).median;
  };
  return {.wall_us = median(&TimeSums::wall_us),
          .ops_us = median(&TimeSums::ops_us),
          .overlap_us = median(&TimeSums::overlap_us),
          .gaps_us = median(&TimeSums::gaps_us),
          .host_us = median(&TimeSums::host_us)};
}

std::vector<double> op_times(const SampledStep& step, int ops) {
  std::vector<double> us(std::size_t(ops), 0.0);
  for (const Stretch& s : step.stretches)
    if (s.op >= 0 && s.op < ops) us[std::size_t(s.op)] += s.end_us - s.start_us;
  return us;
}

TimelineStep timeline_of(const SampledStep& step, const std::vector<std::string>& kernel_names) {
  TimelineStep timeline{step.wall_us, {}};
  std::vector<double> lane_ends;
  for (const Stretch& s : in_order_of_time(step.stretches)) {
    if (s.op < 0) continue;
    std::size_t lane = 0;
    while (lane < lane_ends.size() && lane_ends[lane] > s.start_us) ++lane;
    if (lane == lane_ends.size()) lane_ends.push_back(0);
    lane_ends[lane] = s.end_us;
    timeline.events.push_back({s.op, s.kernel < 0 ? std::string() : kernel_names.at(std::size_t(s.kernel)), int(lane),
                               s.start_us, s.end_us - s.start_us});
  }
  return timeline;
}

Spread spread_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  return {quantile_of_sorted(values, 0.5), quantile_of_sorted(values, 0.1), quantile_of_sorted(values, 0.9)};
}

}  // namespace gs
