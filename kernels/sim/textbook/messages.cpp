// messages.cpp - quotes the source, and points at the array.
#include "kernels/sim/textbook/messages.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <string_view>

#include "kernels/sim/source.h"

namespace gs::textbook {
namespace {

bool in_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

struct Span {
  std::size_t begin = 0, length = 0;
};

/// "a[" in "out[i] = a[i + 1] + 10": the span of a[i + 1].
std::optional<Span> find_focus(const std::string& text, const std::string& focus, bool last) {
  std::optional<Span> found;
  for (std::size_t at = text.find(focus); at != text.npos; at = text.find(focus, at + 1)) {
    if (at > 0 && in_word(text[at - 1])) continue;
    std::size_t end = at + focus.size();
    if (focus.back() == '[') {
      int depth = 1;
      while (end < text.size() && depth > 0) {
        depth += text[end] == '[' ? 1 : text[end] == ']' ? -1 : 0;
        ++end;
        if (depth == 0 && end < text.size() && text[end] == '[') depth = 1, ++end;  // tile[i][j]
      }
    } else if (end < text.size() && in_word(text[end])) {
      continue;
    }
    found = Span{at, end - at};
    if (!last) break;
  }
  return found;
}

/// The part of the source line that the message points at; of length 0 if there is none.
Span span_in(const std::optional<std::string>& source, const simulator::Explanation& explanation) {
  for (const std::string& focus : explanation.focus)
    if (const auto span = source ? find_focus(*source, focus, explanation.last_focus) : std::nullopt) return *span;
  return {};
}

}  // namespace

std::string path_from_here(const std::string& path) {
  std::error_code error;
  const auto here = std::filesystem::current_path(error);
  if (error || path.empty() || path[0] != '/') return path;
  const std::string relative = std::filesystem::path(path).lexically_normal().lexically_relative(here).string();
  return relative.empty() || relative.starts_with("..") ? path : relative;
}

std::string indented(std::string_view text) {
  constexpr std::size_t width = 98;
  std::string result;
  while (!text.empty()) {
    std::size_t length = text.size();
    if (length > width) {
      length = text.rfind(' ', width);
      if (length == text.npos) length = text.find(' ');
      if (length == text.npos) length = text.size();
    }
    result += "  " + std::string(text.substr(0, length)) + "\n";
    text.remove_prefix(std::min(text.size(), length + 1));
  }
  return result;
}

std::size_t column_of(const simulator::Explanation& explanation) {
  const auto source = simulator::source_line(explanation.file, explanation.line);
  const Span span = span_in(source, explanation);
  return span.length > 0 ? span.begin + 1 : 0;
}

std::string text_of(const simulator::Explanation& explanation, const std::string& severity) {
  const auto source = simulator::source_line(explanation.file, explanation.line);
  const Span span = span_in(source, explanation);
  const std::string number = std::to_string(explanation.line);
  std::string text = path_from_here(explanation.file);
  if (!text.empty() && explanation.line > 0) text += ":" + number;
  if (!text.empty()) text += ":";
  if (span.length > 0) text += std::to_string(span.begin + 1) + ":";
  text += (text.empty() ? "" : " ") + severity + ": " + explanation.what;
  if (!explanation.code.empty()) text += "  [" + explanation.code + "]";
  text += "\n";
  if (source && !source->empty()) {
    const std::string margin(number.size() < 5 ? 5 - number.size() : 0, ' ');
    text += margin + number + " | " + *source + "\n";
    if (span.length > 0) {
      std::string below(source->substr(0, span.begin));
      for (char& c : below)
        if (c != '\t') c = ' ';
      text += std::string(margin.size() + number.size(), ' ') + " | " + below + "^" +
              std::string(span.length - 1, '~') + "\n";
    }
  }
  for (const std::string& fact : explanation.facts) text += indented(fact);
  if (!explanation.advice.empty()) text += indented(explanation.advice);
  return text;
}

}  // namespace gs::textbook
