// count_table.h - what the simulator counted, for the terminal.
#pragma once
#include <string>

#include "engine/profile/profile.h"

namespace gs::apps {

/// A row an op: sectors per request on global memory (4 are ideal for floats), extra turns that shared memory's banks
/// force, requests that a part of the warp made; then up to ten source lines with the most sectors beyond the ideal and
/// the most extra turns.
std::string count_table(const Profile&, int width);

}  // namespace gs::apps
