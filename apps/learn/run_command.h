// run_command.h - gridstride run FILE.cu: a CUDA file in the simulator, under the checkers.
#pragma once
#include <string_view>
#include <vector>

namespace gs::learn {

/// `words`: what follows `run`. Returns the exit status.
int run_command(const std::vector<std::string_view>& words);

}  // namespace gs::learn
