// watch.h - gridstride run --watch: runs a program again at every save.
#pragma once
#include "apps/learn/run_flags.h"

namespace gs::learn {

/// Calls `run` in a process of its own, at once and each time that the file of `flags`, or one that it includes, is
/// saved. A save during a run ends that run, and all that it has started, before the next begins. After each run a line
/// on standard error says the time and the result. Returns 128 + the number of the signal (SIGINT, SIGTERM or SIGHUP)
/// that ended the watch.
int watch(const RunFlags& flags, int (*run)(const RunFlags&));

}  // namespace gs::learn
