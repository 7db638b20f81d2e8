// compiled.h - a learner's file as a program for the simulator.
#pragma once
#include <filesystem>
#include <string>

namespace gs::learn {

enum class For {
  run,       ///< under the checker
  debugger,  ///< the same, with every variable in memory
};

/// Compiles `file`, and C++ that is put behind it, into a folder of the user's cache. Returns the program. The
/// compiler's messages go to standard error; throws gs::Error if it refuses the file.
std::filesystem::path compiled(const std::filesystem::path& file, For purpose = For::run,
                               const std::string& behind = "");

/// The same, with the compiler's messages at the end of `messages`.
std::filesystem::path compiled(const std::filesystem::path& file, For purpose, const std::string& behind,
                               std::string& messages);

/// Removes what process `process`, which was ended while it compiled or ran `file`, has left in the folder.
void remove_leftovers(const std::filesystem::path& file, long process);

}  // namespace gs::learn
