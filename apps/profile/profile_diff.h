// profile_diff.h - compares two profiles op by op.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/profile/profile.h"

namespace gs::apps {

/// An op of the same name in both profiles, or one that is in one of them only.
struct OpChange {
  std::string name;
  const OpProfile *a = nullptr, *b = nullptr;
  double change_us = 0;        ///< median of b - median of a; a missing one counts as 0
  bool beyond_spread = false;  ///< each median lies outside the other's p10 to p90 (engine/profile/analysis.h)
};

/// The largest absolute change first; ops of equal change in the order of the steps. The profiles must live as long.
std::vector<OpChange> profile_changes(const Profile& a, const Profile& b);

/// The differences that make the two incomparable (case, input, device, machine, precision, threads), a line each.
std::vector<std::string> differing_circumstances(const Profile& a, const Profile& b);

/// The comparison for the terminal. Throws UsageError if one of them has counts and the other times.
std::string profile_diff(const Profile& a, const Profile& b, int width);

}  // namespace gs::apps
