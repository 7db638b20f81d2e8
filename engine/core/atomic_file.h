// atomic_file.h - atomic writes: a temporary file beside the target, fsync, rename.
#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace gs {

/// Atomically replaces `path` by the concatenated pieces, and removes what killed writers of it left. The folder must
/// exist. On failure the old file is unchanged, the temporary file is removed, and gs::Error names the path and the
/// reason.
void write_file(const std::filesystem::path& path, std::span<const std::span<const std::byte>> pieces);

void write_file(const std::filesystem::path& path, std::string_view text);

/// Writes `path`, and waits until its bytes are on the disk. Not atomic: for a file that nothing reads before
/// another says that it is complete. On failure it is removed, and gs::Error names the path and the reason.
void write_on_disk(const std::filesystem::path& path, std::span<const std::span<const std::byte>> pieces);

/// Puts names that were given or removed in this folder on the disk. Does nothing on file systems that cannot.
void sync_folder(const std::filesystem::path& folder);

}  // namespace gs
