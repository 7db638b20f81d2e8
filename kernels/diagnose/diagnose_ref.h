// diagnose_ref.h - the counts and sums of a diagnostic step in plain loops.
#pragma once
#include <cmath>
#include <span>
#include <vector>

#include "kernels/diagnose/diagnose.h"

namespace gs::ref {

/// Positive and broken values of each channel over the first `valid` rows.
inline std::vector<ChannelActivity> count_activity(const Activity& p, std::int64_t valid, std::span<const double> y) {
  std::vector<ChannelActivity> activity(std::size_t(p.channels));
  for (std::size_t i = 0; i < std::size_t(valid * p.places * p.channels); ++i) {
    ChannelActivity& channel = activity[i % std::size_t(p.channels)];
    channel.positive += y[i] > 0;
    channel.broken += !(std::abs(y[i]) < double(sound_limit));
  }
  return activity;
}

/// The number of values that are NaN, Inf or too large.
inline std::uint32_t count_broken(std::span<const double> x) {
  std::uint32_t count = 0;
  for (const double value : x) count += !(std::abs(value) < double(sound_limit));
  return count;
}

/// The sums over one parameter.
inline UpdateSums measure_update(std::span<const double> after, std::span<const double> before,
                                 std::span<const double> gradient) {
  UpdateSums sums;
  for (std::size_t i = 0; i < after.size(); ++i) {
    sums.weight += before[i] * before[i];
    sums.change += (after[i] - before[i]) * (after[i] - before[i]);
    sums.gradient += gradient[i] * gradient[i];
    sums.not_finite += !std::isfinite(gradient[i]);
  }
  return sums;
}

}  // namespace gs::ref
