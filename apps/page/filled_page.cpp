// filled_page.cpp - from the parts to one text.
#include "apps/page/filled_page.h"
#include "engine/core/json_text.h"

#include <algorithm>
#include <stdexcept>

namespace gs::apps {

extern const std::string_view page_page_html, page_elements_js;

namespace {

std::string joined(const std::vector<std::string_view>& parts) {
  std::string all;
  for (const std::string_view part : parts) all += part;
  return all;
}

}  // namespace

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

std::string in_script(const nlohmann::ordered_json& data) {
  const std::string text = json_text(data);
  std::string safe;
  safe.reserve(text.size());
  for (const char letter : text) letter == '<' ? safe += "\\u003c" : safe += letter;
  return safe;
}

std::string filled_page(std::string_view rest,
                        std::initializer_list<std::pair<std::string_view, std::string_view>> parts) {
  std::size_t bytes = rest.size();
  for (const auto& part : parts) bytes += part.second.size();
  std::string page;
  page.reserve(bytes);
  for (std::size_t at; (at = rest.find("{{")) != rest.npos;) {
    const std::size_t end = rest.find("}}", at);
    const std::string_view name = rest.substr(at + 2, end - at - 2);
    const auto part = std::find_if(parts.begin(), parts.end(), [&](const auto& p) { return p.first == name; });
    if (part == parts.end()) throw std::logic_error("the page names an unknown part: " + std::string(name));
    page += rest.substr(0, at);
    page += part->second;
    rest.remove_prefix(end + 2);
  }
  return page += rest;
}

std::string framed_page(const PageParts& parts, const nlohmann::ordered_json& data) {
  return filled_page(page_page_html, {{"title", in_html(parts.title)},
                                      {"kind", parts.kind},
                                      {"style", joined(parts.styles)},
                                      {"data", in_script(data)},
                                      {"library", parts.library},
                                      {"elements", page_elements_js},
                                      {"script", joined(parts.scripts)}});
}

}  // namespace gs::apps
