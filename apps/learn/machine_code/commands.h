// commands.h - gridstride run --ptx and --sass.
#pragma once
#include <string>
#include <vector>

namespace gs::learn {

/// Prints the PTX of `file` between its source lines. Returns the exit status.
int print_ptx(const std::string& file);

/// Writes NAME.sass.html into the working directory: the machine code of `file` beside its source, with the counts of a
/// run of `program`, that compiled() made of it. Returns the exit status.
int write_sass_page(const std::string& file, const std::vector<std::string>& program);

}  // namespace gs::learn
