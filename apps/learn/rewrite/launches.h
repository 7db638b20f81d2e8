// launches.h - kernel<<<grid, block>>>(a, n) becomes a call of launch() of kernels/sim/textbook/launch.h.
#pragma once
#include "apps/learn/rewrite/edits.h"
#include "apps/learn/rewrite/kernels.h"
#include "apps/learn/rewrite/source_file.h"

namespace gs::learn {

/// `open`: the first token of <<<. Throws WrongSource for a launch that has no end.
void rewrite_launch(const SourceFile&, std::size_t open, const Kernels&, Edits&);

}  // namespace gs::learn
