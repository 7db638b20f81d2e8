// gpu_bounds.h - the part of --explain about a GPU: the least time of each call on an H200, and of the step.
#pragma once
#include <string>
#include <vector>

#include "engine/program/op_bound.h"
#include "engine/program/plan.h"

namespace gs {

/// The launches of each call of a step, counted; empty if they were not.
using CountedCalls = std::vector<std::vector<InterpretedLaunch>>;

/// A table and a paragraph. `kernels`: one count per call, as from Program::kernels_of_calls().
std::string gpu_bounds_text(const std::vector<OpCall>&, const std::vector<int>& kernels, const CountedCalls&, Precision,
                            const Conflicts&);

}  // namespace gs
