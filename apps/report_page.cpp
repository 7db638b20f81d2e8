// report_page.cpp - puts the parts that CMake embedded (cmake/EmbedFile.cmake) and the data into page.html.
#include "apps/report_page.h"

#include "apps/filled_page.h"

namespace gs::apps {

extern const std::string_view report_page_html, report_page_css, report_page_elements, report_page_js,
    report_page_charts;

std::string report_page(const nlohmann::ordered_json& data) {
  const auto title = data.find("title");
  const std::string title_text =
      title != data.end() && title->is_string() && *title != "" ? title->get<std::string>() : "Report";
  return filled_page(report_page_html, {{"title", in_html(title_text)},
                                        {"style", report_page_css},
                                        {"charts", report_page_charts},
                                        {"data", in_script(data)},
                                        {"elements", report_page_elements},
                                        {"script", report_page_js}});
}

}  // namespace gs::apps
