// text.h - a trace as text, a line a step.
#pragma once
#include <string>

#include "kernels/sim/trace/trace.h"

namespace gs::simulator::trace {

/// For each block its head, a line for each step, and the sums of its requests.
std::string text_of(const Trace&);

}  // namespace gs::simulator::trace
