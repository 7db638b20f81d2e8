// analysis.cpp - share, rates and bound of one op.
#include "engine/profile/analysis.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace gs {
namespace {

double ratio(double a, double b) {
  return b > 0 ? a / b : 0;
}

void compare_threads(const std::vector<double>& thread_us, OpAnalysis& a) {
  if (thread_us.size() < 2) return;
  const double mean = std::accumulate(thread_us.begin(), thread_us.end(), 0.0) / double(thread_us.size());
  const double slowest = *std::max_element(thread_us.begin(), thread_us.end());
  a.imbalance_us = slowest - mean;
  a.threads_busy = ratio(mean, slowest);
}

}  // namespace

double flops_rate(const Profile& profile, const OpProfile& op) {
  const Peaks& peaks = profile.peaks;
  if (op.tensor_cores != TensorCores::no) {
    if (profile.precision == "tf32" && peaks.tf32_flops_per_s > 0) return peaks.tf32_flops_per_s;
    if (profile.precision == "bf16" && peaks.bf16_flops_per_s > 0) return peaks.bf16_flops_per_s;
  }
  return peaks.fp32_flops_per_s;
}

double launch_us(const Profile& profile) {
  const Peaks& peaks = profile.peaks;
  if (profile.source == TimeSource::cupti && peaks.graph_launch_us > 0) return peaks.graph_launch_us;
  return peaks.stream_launch_us > 0 ? peaks.stream_launch_us : 1;
}

bool bound_by_latency(double peak_us, double median_us, double launches_us) {
  return median_us < 10 * launches_us && peak_us < median_us / 4;
}

bool beyond_spread(const Spread& a, const Spread& b) {
  const auto outside = [](double value, const Spread& s) { return value < s.low || value > s.high; };
  return outside(b.median, a) && outside(a.median, b);
}

OpAnalysis analyse(const Profile& profile, const OpProfile& op) {
  OpAnalysis a;
  const double us = op.us.median;
  a.share = ratio(us, profile.sums.wall_us);
  a.flops_per_s = ratio(op.cost.flops, us * 1e-6);
  a.bytes_per_s = ratio(op.cost.bytes, us * 1e-6);
  a.intensity = ratio(op.cost.flops, op.cost.bytes);
  a.bytes_us = 1e6 * ratio(op.cost.bytes, profile.peaks.copy_bytes_per_s);
  a.arithmetic_us = 1e6 * ratio(op.cost.flops, flops_rate(profile, op));
  if (op.bound_on_h200) a.kernels_us = op.bound_on_h200->kernels_us;
  a.peak_us = std::max({a.bytes_us, a.arithmetic_us, a.kernels_us});
  a.peak_share = ratio(a.peak_us, us);
  compare_threads(op.thread_us, a);
  const bool comparable = us > 0 && profile.peaks.copy_bytes_per_s > 0 && profile.peaks.fp32_flops_per_s > 0;
  if (!comparable) return a;
  const double launches_us = launch_us(profile) * std::max(1, op.launches);
  if (a.peak_us < launches_us)
    a.bound = Bound::launch;
  else if (a.kernels_us == a.peak_us)
    a.bound = op.bound_on_h200->issue_us >= op.bound_on_h200->latency_us ? Bound::issue : Bound::latency;
  else if (bound_by_latency(a.peak_us, us, launches_us))
    a.bound = Bound::latency;
  else
    a.bound = a.bytes_us >= a.arithmetic_us ? Bound::bytes : Bound::arithmetic;
  return a;
}

std::string doubt_about_peaks(const Profile& profile) {
  constexpr double most = 4.8;
  if (profile.device != "cpu") return "";
  const OpProfile* fastest = nullptr;
  double share = most;
  for (const OpProfile& op : profile.ops) {
    const double reached = ratio(analyse(profile, op).arithmetic_us, op.us.median);
    if (reached > share) fastest = &op, share = reached;
  }
  if (!fastest) return "";
  return fmt::format("the fp32 peak is too low: {} did {:.0f} % of it; was the machine busy when it was measured?",
                     fastest->name, 100 * share);
}

}  // namespace gs
