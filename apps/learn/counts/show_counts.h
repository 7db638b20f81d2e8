// show_counts.h - gridstride run --count.
#pragma once
#include <string>
#include <vector>

namespace gs::learn {

/// Runs `program`, that compiled() made of `file`, once more, counted, and prints the tables: as nvcc compiles the file
/// where it is, else as written. `gpu`: of the bounds; "": the usual one.
/// Returns the exit status: 1, with a line on standard error, if that run fails.
int show_counts(const std::string& file, const std::vector<std::string>& program, const std::string& gpu);

}  // namespace gs::learn
