// compiler.h - how a learner's file is compiled: written by CMake, which builds the header and the library for it.
#pragma once
#include <string>
#include <vector>

namespace gs::learn {

/// The compiler and its flags.
std::vector<std::string> compiler_words();
/// The same for a program that a debugger will show.
std::vector<std::string> debugger_words();
/// The exercises of `gridstride learn`.
std::string exercises_folder();
/// Gridstride's own sources, as the compiler's messages name them.
std::string source_folder();
/// The call that makes `program` of `object` and the library.
std::vector<std::string> linker_words(const std::string& object, const std::string& program);

}  // namespace gs::learn
