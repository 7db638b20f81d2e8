// steps_per_replay.h - number of steps to put into one launch.
#pragma once

namespace gs {

/// The largest n <= min(most, wanted) that minimises the number of launches, wanted / n + wanted % n: steps left over
/// run one by one. 125 steps are 4 launches of 31 and one of 1, if `most` allows.
constexpr int steps_per_replay(int wanted, int most) {
  int best = 1;
  const auto launches = [wanted](int each) { return wanted / each + wanted % each; };
  for (int each = 2; each <= most && each <= wanted; ++each)
    if (launches(each) <= launches(best)) best = each;
  return best;
}

}  // namespace gs
