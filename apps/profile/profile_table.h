// profile_table.h - a profile for the terminal.
#pragma once
#include <string>

#include "engine/profile/profile.h"

namespace gs::apps {

/// Head, table (one row per op; totals, overlap, gaps, host time, remainder), advice; for the simulator counts instead
/// of times, and the most expensive source lines. No line is longer than `width`, except for longer names.
std::string profile_report(const Profile&, int width);

/// "12.3 us", "4.56 ms", "1.23 s": three or four digits.
std::string time_text(double us);

}  // namespace gs::apps
