// profile_diff.h - two profiles op by op: what became faster or slower.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/profile/profile.h"

namespace gs::apps {

/// What has the same name in both profiles; or is in one of them only.
struct OpChange {
  std::string name;
  const OpProfile *a = nullptr, *b = nullptr;
  double change_us = 0;        ///< median of b - median of a; a missing one counts as 0
  bool beyond_spread = false;  ///< each median lies outside the other's p10 to p90 (engine/profile/analysis.h)
};

/// The largest absolute change first; those of equal change in the order of the steps. The profiles must live as long.
std::vector<OpChange> profile_changes(const Profile& a, const Profile& b);

/// In what the two are not comparable: machine, case, precision, threads, source of times; a line each, empty: in
/// nothing.
std::vector<std::string> differing_circumstances(const Profile& a, const Profile& b);

/// The comparison for the terminal. Throws UsageError where one of them has counts and the other times.
std::string profile_diff(const Profile& a, const Profile& b, int width);

}  // namespace gs::apps
