// trace_page.cpp - puts style, scripts and data into the frame; all are files of page/, embedded at build time.
#include "apps/learn/trace/trace_page.h"

#include "apps/learn/html.h"

namespace gs::apps {
extern const std::string_view trace_page_html, trace_page_css, trace_data_js, trace_drawings_js, trace_page_js;
}

namespace gs::learn {

std::string trace_page(std::string_view file, std::string_view trace) {
  return filled_page(apps::trace_page_html, {{"title", in_html(file)},
                                             {"style", std::string(apps::trace_page_css)},
                                             {"data", in_script(trace)},
                                             {"data.js", std::string(apps::trace_data_js)},
                                             {"drawings.js", std::string(apps::trace_drawings_js)},
                                             {"page.js", std::string(apps::trace_page_js)}});
}

}  // namespace gs::learn
