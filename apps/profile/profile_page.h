// profile_page.h - the page that shows a profile: one self-contained HTML file.
#pragma once
#include <string>

#include <nlohmann/json.hpp>

namespace gs::apps {

/// The whole page, with its style, its script and the data of profile_to_json() inside. Advice,
/// roofline, timeline of the sampled steps, table, machine. Names may hold anything: they reach the page as text.
std::string profile_page(const nlohmann::ordered_json& profile);

}  // namespace gs::apps
