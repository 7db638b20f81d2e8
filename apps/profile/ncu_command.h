// ncu_command.h - commands that show one row of a profile in NVIDIA's own tools.
#pragma once
#include <string>
#include <vector>

#include "apps/cli/words.h"

namespace gs::apps {

/// The steps that `row` names: the step of that name, else all steps of that layer ("conv2": "conv2 pool2
/// forward", "conv2 filter gradient", ...) or of that layer's pass ("conv2 forward": "conv2 pool2 forward"). Throws
/// UsageError with a suggestion if there is none.
std::vector<std::string> rows_named(const std::string& row, const std::vector<std::string>& steps);

/// The exact ncu and nsys commands: `path` is the program, `words` are those of `gridstride profile` without --ncu.
/// Steps run call by call in ranges of their names (--no-graph), which ncu filters by; a graph would replay its kernels
/// without ranges.
std::string ncu_commands(const std::string& row, const std::vector<std::string>& rows, const std::string& path,
                         const Words& words);

}  // namespace gs::apps
