// given_path.h - a file's name as the user wrote it, in texts that know it by its full path.
#pragma once
#include <filesystem>
#include <string>

namespace gs::learn {

/// The folder that `file` lies in: its full path with a '/', and what stands before the file's name as it was given:
/// "<folders>/sub/", "sub/".
struct GivenFolder {
  std::string full, given;
};
GivenFolder given_folder(const std::filesystem::path& file);

/// `text` with the paths of the file, and of its neighbours, as the user would write them; the simulator's sources are
/// named from Gridstride's folder: "<folders>/sub/vec.cu:3" is "sub/vec.cu:3".
std::string with_given_paths(std::string text, const std::filesystem::path& file);

std::string replaced(std::string text, const std::string& what, const std::string& by);

}  // namespace gs::learn
