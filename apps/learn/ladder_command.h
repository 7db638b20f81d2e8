// ladder_command.h - gridstride ladder: programs that grow faster from rung to rung, and the counts that say why.
#pragma once
#include <string_view>
#include <vector>

namespace gs::learn {

/// `words`: what follows `ladder`. Returns the exit status.
int ladder_command(const std::vector<std::string_view>& words);

}  // namespace gs::learn
