// count_table.h - the simulator's counts, for the terminal.
#pragma once
#include <string>

#include "engine/profile/profile.h"

namespace gs::apps {

/// A row an op: sectors per request on global memory and those in excess of the requests' bytes, bank conflicts in
/// shared memory, requests by a part of the warp; then up to ten source lines with the most excess sectors and
/// conflicts.
std::string count_table(const Profile&, int width);

}  // namespace gs::apps
