// learn_command.h - gridstride learn: exercises, one after another.
#pragma once
#include <string_view>
#include <vector>

namespace gs::learn {

/// `words`: those after `learn`. Returns the exit status.
int learn_command(const std::vector<std::string_view>& words);

}  // namespace gs::learn
