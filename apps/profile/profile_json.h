// profile_json.h - a profile as JSON and back: for profile.json, --json, and the page.
#pragma once
#include <filesystem>

#include <nlohmann/json.hpp>

#include "engine/profile/profile.h"

namespace gs::apps {

/// The whole record. Each op has an "analysis" (shares, rates, bound) beside its measurements, and "advice" holds the
/// sentences: both are for readers of the file, and profile_from_json() ignores them.
nlohmann::ordered_json profile_to_json(const Profile&);

/// Throws gs::Error that names the field that is missing or of the wrong type.
Profile profile_from_json(const nlohmann::ordered_json&);

/// Reads profile.json. Throws UsageError that names the file and the fault.
Profile read_profile(const std::filesystem::path&);

}  // namespace gs::apps
