// atomic_file.h - files that are whole or not there: written beside their final name, synced, renamed.
#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace gs {

/// Replaces `path` by the given pieces, one behind the other. The folder must exist. On any failure the old file is as
/// it was, nothing half-written stands under the final name, the temporary is gone, and gs::Error names the path and
/// the reason.
void write_file(const std::filesystem::path& path, std::span<const std::span<const std::byte>> pieces);

void write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace gs
