// cuda_tools.cpp - a list of folders.
#include "apps/learn/machine_code/cuda_tools.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <vector>

namespace gs::learn {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

/// The folders inside of `folder` whose names begin with `prefix`; the last in alphabetical order comes first.
std::vector<fs::path> folders_in(const fs::path& folder, std::string_view prefix) {
  std::vector<fs::path> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().filename().string().starts_with(prefix)) found.push_back(entry.path());
  std::sort(found.rbegin(), found.rend());
  return found;
}

/// The programs in NVIDIA's Python packages below `root`, where an installation of Python is.
void add_packages(std::vector<fs::path>& folders, const std::string& root) {
  if (root.empty()) return;
  for (const fs::path& python : folders_in(root + "/lib", "python3"))
    for (const char* const packages : {"site-packages", "dist-packages"})
      for (const fs::path& package : folders_in(python / packages / "nvidia", "")) folders.push_back(package / "bin");
}

std::vector<fs::path> folders_of_programs() {
  std::vector<fs::path> folders;
  const std::string path = environment("PATH");
  for (std::string_view left = path; !left.empty();) {
    const auto colon = std::min(left.find(':'), left.size());
    if (colon > 0) folders.emplace_back(left.substr(0, colon));
    left.remove_prefix(std::min(colon + 1, left.size()));
  }
  const std::string home = environment("HOME");
  add_packages(folders, environment("VIRTUAL_ENV"));
  folders.emplace_back("/usr/local/cuda/bin");
  add_packages(folders, home.empty() ? "" : home + "/.local");
  add_packages(folders, "/usr/local");
  return folders;
}

std::string found_in(const std::vector<fs::path>& folders, const char* program) {
  for (const fs::path& folder : folders) {
    std::error_code error;
    const fs::path file = folder / program;
    if (fs::is_regular_file(file, error) && access(file.c_str(), X_OK) == 0) return file.string();
  }
  return "";
}

}  // namespace

CudaTools cuda_tools() {
  if (environment("GRIDSTRIDE_CUDA") == "0") return {};
  const std::vector<fs::path> folders = folders_of_programs();
  return {found_in(folders, "nvcc"), found_in(folders, "nvdisasm")};
}

std::string missing_tools(const CudaTools& tools) {
  if (!tools.nvcc.empty() && !tools.nvdisasm.empty()) return "";
  const std::string missing = !tools.nvcc.empty()       ? "nvdisasm is not installed: it comes"
                              : !tools.nvdisasm.empty() ? "nvcc is not installed: it comes"
                                                        : "nvcc and nvdisasm are not installed: they come";
  return missing + " with NVIDIA's CUDA toolkit, or without it and without a GPU by " +
         "`pip install nvidia-cuda-nvcc nvidia-cuda-runtime nvidia-cuda-nvdisasm`";
}

}  // namespace gs::learn
