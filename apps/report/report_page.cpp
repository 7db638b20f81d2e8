// report_page.cpp - the report's parts, embedded by CMake (cmake/EmbedFile.cmake), around the data.
#include "apps/report/report_page.h"

#include "apps/page/filled_page.h"

namespace gs::apps {

extern const std::string_view report_page_page_css, report_page_outcomes_js, report_page_charts_js,
    report_page_curves_js, report_page_blocks_js, report_page_page_js, chart_library;

std::string report_page(const nlohmann::ordered_json& data) {
  const auto title = data.find("title");
  const bool has_title = title != data.end() && title->is_string() && *title != "";
  return framed_page({.kind = "report",
                      .title = has_title ? title->get<std::string>() : "Report",
                      .styles = {report_page_page_css},
                      .scripts = {report_page_outcomes_js, report_page_charts_js, report_page_curves_js,
                                  report_page_blocks_js, report_page_page_js},
                      .library = chart_library},
                     data);
}

}  // namespace gs::apps
