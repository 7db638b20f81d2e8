// profile_page.cpp - the profile page's parts, embedded by CMake, and the data joined. It shares the report page's
// style.
#include "apps/profile/profile_page.h"

#include <fmt/format.h>

#include "apps/filled_page.h"

namespace gs::apps {

extern const std::string_view report_page_css, report_page_elements, profile_page_html, profile_page_css,
    profile_page_js;

std::string profile_page(const nlohmann::ordered_json& profile) {
  const std::string title =
      fmt::format("{} on {}: profile", profile.value("model", "a network"), profile.value("device", "a device"));
  return filled_page(profile_page_html, {{"title", in_html(title)},
                                         {"style", report_page_css},
                                         {"profile-style", profile_page_css},
                                         {"data", in_script(profile)},
                                         {"elements", report_page_elements},
                                         {"script", profile_page_js}});
}

}  // namespace gs::apps
