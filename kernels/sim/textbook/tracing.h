// tracing.h - the steps of some blocks of a learner's program: gridstride run --trace.
#pragma once
#include <functional>

namespace gs::textbook {

/// True if GRIDSTRIDE_RUN_TRACE names a file for the trace. Then kernels are traced and not checked. Further variables
/// beginning with that name: _BLOCKS "0,1", _FROM "1", _RECORD the record of the checked run, _TEXT for text.
bool tracing();

/// Runs a launch and records the steps of the wanted blocks.
void trace_launch(const std::function<void()>& launch);

/// Writes the trace to the file: lines that say what it does not show, an empty line, and then, if there are steps, all
/// of it as JSON or text.
void write_trace();

}  // namespace gs::textbook
