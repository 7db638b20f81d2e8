// profile_links.h - links from the report to the profiles in its runs' folders.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/lab/finished.h"

namespace gs::apps {

/// The address of `file` in a page that lies in `page_folder`: relative, percent-encoded ("../runs/a%23b/x.html").
std::string link_from(const std::filesystem::path& page_folder, const std::filesystem::path& file);

/// A block of links (apps/report/page/README.md) to the pages of `train --profile` and `profile RUN` in the runs'
/// folders; nullopt if there are none.
std::optional<nlohmann::ordered_json> profiles_block(const std::vector<SeededRun>&,
                                                     const std::filesystem::path& page_folder);

}  // namespace gs::apps
