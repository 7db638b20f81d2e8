// counting.h - what the kernels of a learner's program cost: gridstride run --count.
#pragma once
#include <functional>
#include <string>

namespace gs::textbook {

/// True if GRIDSTRIDE_RUN_COUNT is set. Then kernels are counted and not checked.
bool counting();

/// Runs a launch of `kernel` and counts its work.
void count_launch(const std::string& kernel, const std::function<void()>& launch);

/// Adds to the record, for each kernel: "kernel", "line" for each source line that accesses memory, in order, and a
/// "finding" for each line that costs more than it needs to. apps/learn/counts/counted_run.h lists the fields.
void record_counts();

}  // namespace gs::textbook
