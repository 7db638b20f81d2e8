// counting.h - what the kernels of a learner's program cost: gridstride run --count.
#pragma once
#include <functional>
#include <string>

namespace gs::textbook {

/// True if GRIDSTRIDE_RUN_COUNT names a file for the counts. Then kernels are counted and not checked.
bool counting();

/// Runs a launch of `kernel` and counts its work.
void count_launch(const std::string& kernel, const std::function<void()>& launch);

/// Writes the counts to the file: a table for each kernel, and notes about lines that cost more than they need to.
void write_counts();

}  // namespace gs::textbook
