// notes.h - what a trace does not show.
#pragma once
#include <string>
#include <vector>

#include "kernels/sim/trace/trace.h"

namespace gs::simulator::trace {

/// One sentence each; empty if the trace shows everything that was asked for.
std::vector<std::string> notes_about(const Trace&);

}  // namespace gs::simulator::trace
