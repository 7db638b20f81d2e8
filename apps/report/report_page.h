// report_page.h - the page that shows training runs: one self-contained HTML file.
#pragma once
#include <string>

#include <nlohmann/json.hpp>

namespace gs::apps {

/// The whole page, with its style, its script, Chart.js and the data inside. The data: a title, notes, tasks (curves,
/// findings, tables, images, confusion matrices, ROC curves, bars) and the machine; apps/report/page/README.md lists
/// the fields. Names may hold anything: they reach the page as text. Bytes that are not UTF-8 become U+FFFD.
std::string report_page(const nlohmann::ordered_json& data);

}  // namespace gs::apps
