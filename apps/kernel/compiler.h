// compiler.h - how a file of --kernel is compiled: written by CMake.
#pragma once
#include <string>
#include <vector>

namespace gs::apps {

/// The compiler and its flags. `checked`: for the race checker.
std::vector<std::string> kernel_compiler_words(bool checked);
/// The library that is linked with each file: part of the build folder.
std::string loaded_library();
/// The call that makes the library `made` of `object`.
std::vector<std::string> kernel_linker_words(const std::string& object, const std::string& made);

}  // namespace gs::apps
