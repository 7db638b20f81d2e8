// atomic_file.h - atomic writes: a temporary file beside the target, fsync, rename.
#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace gs {

/// Atomically replaces `path` by the concatenated pieces. The folder must exist. On failure the old file is unchanged,
/// the temporary file is removed, and gs::Error names the path and the reason.
void write_file(const std::filesystem::path& path, std::span<const std::span<const std::byte>> pieces);

void write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace gs
