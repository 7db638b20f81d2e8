// load_module.h - the parts of the engine that are built by themselves and loaded when they are needed: the kernels of
// `sim`, everything of CUDA, everything of OpenCV, files of other programs.
#pragma once
#include <string>
#include <string_view>

namespace gs {

/// A module's file: in an installation beside the library that this code is part of, or in the folder of libraries of
/// the program; else at its place in the build folder. Empty if it is at neither. Never throws.
std::string module_file(const char* in_build_folder);

/// Loads the module and returns its handle. Throws gs::Error if it is not there, does not load, or was built from other
/// headers than this program. `what` is its name in that error, as "the sim device", `part` the launcher's for building
/// it, as "sim".
void* load_module(const char* in_build_folder, std::string_view what, std::string_view part);

/// The error text if the module is not there: the command that builds it.
std::string how_to_build(std::string_view what, std::string_view part);

}  // namespace gs
