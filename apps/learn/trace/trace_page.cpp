// trace_page.cpp - puts style, scripts and data into the frame; all are files of page/, embedded at build time.
#include "apps/learn/trace/trace_page.h"

#include <utility>

namespace gs::apps {
extern const std::string_view trace_page_html, trace_page_css, trace_data_js, trace_drawings_js, trace_page_js;
}

namespace gs::learn {
namespace {

std::string in_html(std::string_view text) {
  std::string safe;
  for (const char c : text) safe += c == '&' ? "&amp;" : c == '<' ? "&lt;" : std::string(1, c);
  return safe;
}

}  // namespace

std::string trace_page(std::string_view file, std::string_view trace) {
  const std::string title = in_html(file);
  const std::pair<std::string_view, std::string_view> parts[] = {{"title", title},
                                                                 {"style", apps::trace_page_css},
                                                                 {"data", trace},
                                                                 {"data.js", apps::trace_data_js},
                                                                 {"drawings.js", apps::trace_drawings_js},
                                                                 {"page.js", apps::trace_page_js}};
  std::string page;
  for (std::string_view left = apps::trace_page_html; !left.empty();) {
    const std::size_t begin = left.find("{{"), end = left.find("}}");
    page += left.substr(0, begin);
    if (begin == left.npos) break;
    for (const auto& [name, text] : parts)
      if (left.substr(begin + 2, end - begin - 2) == name) page += text;
    left.remove_prefix(end + 2);
  }
  return page;
}

}  // namespace gs::learn
