// profile_json.h - a profile as JSON and back: profile.json, what --json prints, and the data of the page.
#pragma once
#include <filesystem>

#include <nlohmann/json.hpp>

#include "engine/profile/profile.h"

namespace gs::apps {

/// The whole record. Each op has an "analysis" (shares, rates, bound) beside what was measured, and "advice" holds the
/// sentences: both are there for readers of the file, and profile_from_json() leaves them out.
nlohmann::ordered_json profile_to_json(const Profile&);

/// Throws gs::Error that names the field that is missing or of the wrong kind.
Profile profile_from_json(const nlohmann::ordered_json&);

/// Reads profile.json. Throws UsageError that names the file and what is wrong with it.
Profile read_profile(const std::filesystem::path&);

}  // namespace gs::apps
