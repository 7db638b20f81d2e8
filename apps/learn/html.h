// html.h - pages that are filled with texts.
#pragma once
#include <map>
#include <string>
#include <string_view>

namespace gs::learn {

/// `page` with each "{{name}}" replaced by the part of that name.
std::string filled_page(std::string_view page, const std::map<std::string_view, std::string>& parts);

/// Text with the characters of markup escaped.
std::string in_html(std::string_view text);

/// JSON that cannot end the <script> around it: "<" occurs in strings only.
std::string in_script(std::string_view json);

}  // namespace gs::learn
