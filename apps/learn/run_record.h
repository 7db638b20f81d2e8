// run_record.h - gridstride run --json: what a run found, for other programs.
#pragma once
#include "apps/learn/run_flags.h"

namespace gs::learn {

/// Compiles and runs the program, and prints one line, a JSON object of the schema gridstride.run/1.
/// docs/own-kernels.md lists its members. Returns the exit status that `run` has without --json.
int print_run_record(const RunFlags&);

}  // namespace gs::learn
