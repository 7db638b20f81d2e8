// write_file.h - a whole text into a file.
#pragma once
#include <filesystem>
#include <string_view>

namespace gs::learn {

/// Writes beside the file, then renames, so that it is never half there. Throws gs::Error with one line that names it.
void write_file(const std::filesystem::path& file, std::string_view text);

}  // namespace gs::learn
