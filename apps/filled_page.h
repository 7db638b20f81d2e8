// filled_page.h - an HTML page that holds its style, script and data: the parts that "{{name}}" stands for, put in.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

namespace gs::apps {

/// Replaces each "{{name}}" of `page` by the part of that name, in one pass: one in what was put in is left alone.
/// Throws std::logic_error for a name that no part has.
std::string filled_page(std::string_view page,
                        std::initializer_list<std::pair<std::string_view, std::string_view>> parts);

/// Text as HTML shows it: without markup.
std::string in_html(std::string_view text);

/// JSON that cannot end the <script> around it: "<" stands only in strings, where \u003c means the same. Bytes that are
/// not UTF-8 become U+FFFD.
std::string in_script(const nlohmann::ordered_json&);

}  // namespace gs::apps
