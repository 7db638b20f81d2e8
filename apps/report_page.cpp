// report_page.cpp - puts the parts that CMake embedded (cmake/EmbedFile.cmake) and the data into page.html.
#include "apps/report_page.h"

#include <stdexcept>
#include <string_view>

namespace gs::apps {

extern const std::string_view report_page_html, report_page_css, report_page_js, report_page_charts;

namespace {

std::string in_html(std::string_view text) {
  std::string safe;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      default:
        safe += letter;
    }
  }
  return safe;
}

/// JSON that cannot end the <script> around it: "<" stands only in strings, where \u003c means the same.
std::string in_script(const nlohmann::ordered_json& data) {
  const std::string text = data.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (const char letter : text) letter == '<' ? safe += "\\u003c" : safe += letter;
  return safe;
}

}  // namespace

std::string report_page(const nlohmann::ordered_json& data) {
  const auto title = data.find("title");
  const std::string title_text =
      title != data.end() && title->is_string() && *title != "" ? title->get<std::string>() : "Report";
  const std::string data_text = in_script(data);
  const std::string safe_title = in_html(title_text);
  std::string page;
  page.reserve(report_page_charts.size() + report_page_js.size() + report_page_css.size() + data_text.size() + 4096);
  // One pass: a "{{...}}" in what was put in is left alone.
  std::string_view rest = report_page_html;
  for (size_t at; (at = rest.find("{{")) != rest.npos;) {
    const size_t end = rest.find("}}", at);
    const std::string_view name = rest.substr(at + 2, end - at - 2);
    page += rest.substr(0, at);
    if (name == "title")
      page += safe_title;
    else if (name == "style")
      page += report_page_css;
    else if (name == "charts")
      page += report_page_charts;
    else if (name == "data")
      page += data_text;
    else if (name == "script")
      page += report_page_js;
    else
      throw std::logic_error("page.html names an unknown part: " + std::string(name));
    rest.remove_prefix(end + 2);
  }
  return page += rest;
}

}  // namespace gs::apps
