// show_trace.h - gridstride run --trace BLOCK FILE.cu: the steps of a block, as a page or as text.
#pragma once
#include <string>
#include <vector>

#include "apps/learn/run_flags.h"

namespace gs::learn {

/// Runs the program, checked, says what is wrong with it, and writes the trace of a second run to trace.html (or, with
/// flags.text, to standard output). `program`: the file that compiled() made, and its words. Returns the exit status.
int show_trace(const RunFlags& flags, const std::vector<std::string>& program);

}  // namespace gs::learn
