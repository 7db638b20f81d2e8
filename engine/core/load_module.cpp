// load_module.cpp - dlopen(), and the comparison that keeps a module from another state of the sources out: objects of
// classes with virtual functions pass between it and the program.
#include "engine/core/load_module.h"

#include <dlfcn.h>

#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "engine/core/build_checksums.h"
#include "kernels/common/check.h"

namespace gs {
namespace {

/// The file that holds this code: the program, or the library gridstride.
std::filesystem::path own_file() {
  std::error_code error;
  Dl_info self;
  // For a program, dladdr() gives the word that it was started by, which may be a name without a folder.
  if (dladdr(reinterpret_cast<void*>(&module_file), &self) && self.dli_fname && std::strchr(self.dli_fname, '/'))
    if (const auto file = std::filesystem::canonical(self.dli_fname, error); !error) return file;
  return std::filesystem::canonical("/proc/self/exe", error);
}

}  // namespace

std::string module_file(const char* in_build_folder) {
  const std::filesystem::path built = in_build_folder;
  std::error_code error;
  const std::filesystem::path folder = own_file().parent_path();
  for (const auto& near : {folder, folder.parent_path() / GRIDSTRIDE_LIBRARY_FOLDER})
    if (std::filesystem::exists(near / built.filename(), error)) return near / built.filename();
  return std::filesystem::exists(built, error) ? built.string() : "";
}

void* load_module(const char* in_build_folder, std::string_view what, std::string_view part) {
  const std::string file = module_file(in_build_folder);
  if (file.empty()) throw Error(how_to_build(what, part));
  void* module = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  // A module of other sources often lacks a symbol, so it is not there to be compared.
  if (!module)
    throw Error(fmt::format("{} cannot be loaded: {}; './gridstride build {}' builds it again", what, dlerror(), part));
  const auto* interface = static_cast<const char*>(dlsym(module, "gridstride_interface"));
  if (!interface || std::string_view(interface) != gridstride_interface)
    throw Error(
        fmt::format("{} cannot be loaded: {} was built from other sources; './gridstride build {}' builds it "
                    "again",
                    what, file, part));
  return module;
}

std::string how_to_build(std::string_view what, std::string_view part) {
  return fmt::format("{} is not built; './gridstride build {}' builds it", what, part);
}

}  // namespace gs
