// analysis.cpp - the arithmetic of one op against the roof.
#include "engine/profile/analysis.h"

#include <algorithm>
#include <numeric>

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

std::string_view to_string(Bound bound) {
  switch (bound) {
    case Bound::bytes:
      return "bytes";
    case Bound::arithmetic:
      return "arithmetic";
    case Bound::latency:
      return "latency";
    case Bound::unknown:
      break;
  }
  return "unknown";
}

double flops_rate(const Profile& profile, const OpProfile& op) {
  const Roof& roof = profile.roof;
  if (op.tensor_cores != TensorCores::no) {
    if (profile.precision == "tf32" && roof.tf32_flops_per_s > 0) return roof.tf32_flops_per_s;
    if (profile.precision == "bf16" && roof.bf16_flops_per_s > 0) return roof.bf16_flops_per_s;
  }
  return roof.fp32_flops_per_s;
}

double launch_us(const Profile& profile) {
  const Roof& roof = profile.roof;
  if (profile.source == TimeSource::cupti && roof.graph_launch_us > 0) return roof.graph_launch_us;
  return roof.stream_launch_us > 0 ? roof.stream_launch_us : 1;
}

bool bound_by_latency(double roof_us, double median_us, double launches_us) {
  return roof_us < launches_us || (median_us < 10 * launches_us && roof_us < median_us / 4);
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
  a.bytes_us = 1e6 * ratio(op.cost.bytes, profile.roof.copy_bytes_per_s);
  a.arithmetic_us = 1e6 * ratio(op.cost.flops, flops_rate(profile, op));
  a.roof_us = std::max(a.bytes_us, a.arithmetic_us);
  a.roof_share = ratio(a.roof_us, us);
  compare_threads(op.thread_us, a);
  const bool comparable = us > 0 && profile.roof.copy_bytes_per_s > 0 && profile.roof.fp32_flops_per_s > 0;
  if (!comparable) return a;
  if (bound_by_latency(a.roof_us, us, launch_us(profile) * std::max(1, op.launches)))
    a.bound = Bound::latency;
  else
    a.bound = a.bytes_us >= a.arithmetic_us ? Bound::bytes : Bound::arithmetic;
  return a;
}

}  // namespace gs
