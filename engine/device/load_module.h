// load_module.h - the parts of the engine that are built by themselves and loaded when a device needs them: the kernels
// of `sim` and everything of CUDA.
#pragma once
#include <string>
#include <string_view>

namespace gs {

/// A module's file: in an installation beside the library that this code is part of, or in the folder of libraries of
/// the program; else at its place in the build folder. Empty if it is at neither. Never throws.
std::string module_file(const char* in_build_folder);

/// Loads the module and returns its handle. Throws gs::Error if it is not there, does not load, or was built from other
/// headers than this program. `device` is the one that needs it.
void* load_module(const char* in_build_folder, std::string_view device);

/// The error text if the module is not there: the command that builds it.
std::string how_to_build(std::string_view device);

}  // namespace gs
