// compiler.h - how a learner's file is compiled, and where the learner's programs lie.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace gs::learn {

/// The compiler and its flags.
std::vector<std::string> compiler_words();
/// The same for a program that a debugger will show.
std::vector<std::string> debugger_words();
/// The call that makes `program` of `object` and the library.
std::vector<std::string> linker_words(const std::string& object, const std::string& program);

/// The exercises of `gridstride learn`.
std::filesystem::path exercises_folder();
/// The programs of `gridstride ladder`.
std::filesystem::path ladders_folder();
/// The folder of kernels/, in which the compiler finds Gridstride's headers, as its messages name it.
std::string source_folder();

}  // namespace gs::learn
