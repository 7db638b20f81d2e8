// filled_page.h - fills the parts "{{name}}" of an HTML page with style, script and data; and the frame of all pages of
// this program (apps/page/).
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace gs::apps {

/// Replaces each "{{name}}" of `page` by the part of that name, in one pass: one inside a part is left alone.
/// Throws std::logic_error for a name that no part has.
std::string filled_page(std::string_view page,
                        std::initializer_list<std::pair<std::string_view, std::string_view>> parts);

/// The parts that a page puts into the frame.
struct PageParts {
  std::string_view kind;  ///< "report": the id of its data is "report-data"
  std::string title;
  std::vector<std::string_view> styles, scripts;  ///< in their order; the scripts have one scope
  std::string_view library = {};                  ///< a script before them
};

/// The whole page around its data. Title and data may hold anything: they reach the page as text.
std::string framed_page(const PageParts&, const nlohmann::ordered_json& data);

/// Text with the characters of markup escaped.
std::string in_html(std::string_view text);

/// JSON that cannot end the <script> around it: "<" occurs only in strings, as the equivalent \u003c. Bytes that are
/// not UTF-8 become U+FFFD.
std::string in_script(const nlohmann::ordered_json&);

}  // namespace gs::apps
