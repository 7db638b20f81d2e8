// compiled.h - a learner's file as a program for the simulator.
#pragma once
#include <filesystem>
#include <string>

namespace gs::learn {

/// Compiles `file`, and C++ that is put behind it, under the checker, into a folder of the user's cache. Returns the
/// program. The compiler's messages go to standard error; throws gs::Error if it refuses the file.
std::filesystem::path compiled(const std::filesystem::path& file, const std::string& behind = "");

}  // namespace gs::learn
