// debugger.h - gridstride run --gdb: a learner's program in gdb, stopped in one thread of a kernel.
#pragma once
#include "apps/learn/run_flags.h"

namespace gs::learn {

/// Compiles the program for a debugger and becomes gdb, with breakpoints at the first lines of the file's kernels.
/// Throws gs::Error if gdb is not installed, or if the file has no kernel.
int debug(const RunFlags&);

}  // namespace gs::learn
