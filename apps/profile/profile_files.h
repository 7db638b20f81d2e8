// profile_files.h - the files of a profile.
#pragma once
#include <filesystem>

#include "engine/profile/profile.h"

namespace gs::apps {

/// Writes profile.json, trace.json and profile.html into the folder, which is created if needed; each file whole or not
/// at all. Without a timeline there is no trace.json, and an earlier one is removed. Throws gs::Error that names the
/// file or folder that cannot be written.
void write_profile_files(const std::filesystem::path& folder, const Profile&);

}  // namespace gs::apps
