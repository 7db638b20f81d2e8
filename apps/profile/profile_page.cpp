// profile_page.cpp - the profile page's parts, embedded by CMake, around the data. It shares the report page's style.
#include "apps/profile/profile_page.h"

#include <fmt/format.h>

#include "apps/page/filled_page.h"

namespace gs::apps {

extern const std::string_view report_page_page_css, profile_page_page_css, profile_page_ops_js,
    profile_page_drawings_js, profile_page_tables_js, profile_page_page_js;

std::string profile_page(const nlohmann::ordered_json& profile) {
  return framed_page(
      {.kind = "profile",
       .title =
           fmt::format("{} on {}: profile", profile.value("model", "a network"), profile.value("device", "a device")),
       .styles = {report_page_page_css, profile_page_page_css},
       .scripts = {profile_page_ops_js, profile_page_drawings_js, profile_page_tables_js, profile_page_page_js}},
      profile);
}

}  // namespace gs::apps
