// count_table.h - what the simulator counted, for the terminal.
#pragma once
#include <string>

#include "engine/profile/profile.h"

namespace gs::apps {

/// A row an op: sectors per request on global memory and those beyond what the requests' bytes fill, extra turns that
/// shared memory's banks force, requests that a part of the warp made; then up to ten source lines with the most
/// sectors beyond that and the most extra turns.
std::string count_table(const Profile&, int width);

}  // namespace gs::apps
