// kernel_cost.h - the cost of kernels of the user's own beside that of the built-in ones.
#pragma once
#include <set>
#include <string>

#include "engine/profile/profile.h"

namespace gs::apps {

/// A table of the ops in `calls`: counts of `built_in`, then those of `own`.
std::string kernel_cost(const Profile& built_in, const Profile& own, const std::set<std::string>& calls, int width);

}  // namespace gs::apps
