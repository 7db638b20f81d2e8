// profile_files.cpp - writes one profile as three files.
#include "apps/profile/profile_files.h"

#include <fmt/format.h>

#include "apps/profile/profile_json.h"
#include "apps/profile/profile_page.h"
#include "apps/profile/trace_events.h"
#include "engine/core/atomic_file.h"
#include "engine/core/error.h"
#include "engine/core/json_text.h"
#include "engine/core/pretty_json.h"

namespace gs::apps {

void write_profile_files(const std::filesystem::path& folder, const Profile& profile) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw Error(fmt::format("cannot make the folder {}: {}", folder.string(), error.message()));
  const nlohmann::ordered_json json = profile_to_json(profile);
  write_file(folder / "profile.json", pretty(json) + "\n");
  if (!profile.timeline.empty())
    write_file(folder / "trace.json", json_text(trace_events(profile)) + "\n");
  else
    std::filesystem::remove(folder / "trace.json", error);  // of an earlier profile
  write_file(folder / "profile.html", profile_page(json));
}

}  // namespace gs::apps
