// explanation_with_counts.h - the text of --explain with the instructions of nvcc's kernels, which are interpreted.
#pragma once
#include <cstddef>
#include <string>

#include "engine/program/program.h"

namespace gs::apps {

/// Counts one step of a program on the device ptx, on random images, if it takes about a minute at most. Null in
/// gridstride-train (commands.h); throws Error if the program interprets no kernels.
[[gnu::weak]] std::string explanation_with_counts(Program&, std::size_t classes);

}  // namespace gs::apps
