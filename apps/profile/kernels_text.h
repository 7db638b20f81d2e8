// kernels_text.h - an op's kernels in a cell of a table.
#pragma once
#include <string>

#include "engine/profile/profile.h"

namespace gs::apps {

/// "reduce + add x2".
std::string kernels_text(const OpProfile&);

}  // namespace gs::apps
