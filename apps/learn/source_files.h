// source_files.h - the files that a program is made of.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace gs::learn {

/// `file`, and what it includes with #include "...", and what those include, by their full paths. A file that is not
/// there is named in every folder in which the compiler would look for it.
std::vector<std::filesystem::path> source_files(const std::filesystem::path& file);

struct KernelName {
  std::filesystem::path file;
  std::string name;  ///< without its namespace
};
/// The kernels in these files, each once: the functions marked __global__.
std::vector<KernelName> kernel_names(const std::vector<std::filesystem::path>& files);

}  // namespace gs::learn
