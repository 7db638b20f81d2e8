// steps_per_replay.h - how many steps to put into one launch.
#pragma once

namespace gs {

/// The number of steps, at most `most` and `wanted`, with which the fewest launches make `wanted` steps when the rest
/// is done one by one; the largest such number. 125 steps are 4 times 31 and one.
constexpr int steps_per_replay(int wanted, int most) {
  int best = 1;
  const auto launches = [wanted](int each) { return wanted / each + wanted % each; };
  for (int each = 2; each <= most && each <= wanted; ++each)
    if (launches(each) <= launches(best)) best = each;
  return best;
}

}  // namespace gs
