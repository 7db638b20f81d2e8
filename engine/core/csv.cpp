// csv.cpp - one pass over the text. Source: RFC 4180, section 2.
#include "engine/core/csv.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/core/text_encoding.h"
#include "kernels/common/check.h"

namespace gs {
namespace {

char most_frequent_separator(std::string_view line) {
  char best = ',';
  for (const char c : {';', '\t'})
    if (std::ranges::count(line, c) > std::ranges::count(line, best)) best = c;
  return best;
}

std::string_view without_spaces(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

}  // namespace

CsvReader::CsvReader(std::string_view text, std::string name) : rest_(text), name_(std::move(name)) {
  if (is_utf16(rest_)) throw Error(fmt::format("{} is UTF-16; save it as UTF-8", name_));
  if (rest_.find('\0') != rest_.npos) throw Error(fmt::format("{} is no text: a table as CSV is needed", name_));
  rest_ = without_utf8_mark(rest_);
  separator_ = most_frequent_separator(rest_.substr(0, rest_.find('\n')));
}

bool CsvReader::at_row_end() {
  if (rest_.starts_with("\r\n"))
    rest_.remove_prefix(2);
  else if (rest_.starts_with('\n'))
    rest_.remove_prefix(1);
  else
    return rest_.empty();
  ++next_line_;
  return true;
}

std::string CsvReader::quoted_field() {
  std::string field;
  rest_.remove_prefix(1);
  for (;;) {
    const std::size_t end = rest_.find('"');
    if (end == rest_.npos) throw Error(fmt::format("{}, line {}: a quote is not closed", name_, line_));
    field += rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    if (!rest_.starts_with('"')) break;
    field += '"';
    rest_.remove_prefix(1);
  }
  next_line_ += std::size_t(std::ranges::count(field, '\n'));
  rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
  if (!rest_.empty() && rest_[0] != separator_ && !rest_.starts_with('\n') && !rest_.starts_with("\r\n"))
    throw Error(fmt::format("{}, line {}: text follows a field in quotes", name_, line_));
  return field;
}

bool CsvReader::next(std::vector<std::string>& fields) {
  while (!rest_.empty() && at_row_end()) {
  }
  if (rest_.empty()) return false;
  fields.clear();
  line_ = next_line_;
  for (bool more = true; more;) {
    const std::size_t begin = std::min(rest_.find_first_not_of(separator_ == '\t' ? " " : " \t"), rest_.size());
    if (rest_.substr(begin).starts_with('"')) {
      rest_.remove_prefix(begin);
      fields.push_back(quoted_field());
    } else {
      std::string_view field = rest_.substr(0, rest_.find_first_of(std::string{separator_, '\n'}));
      rest_.remove_prefix(field.size());
      if (field.ends_with('\r') && (rest_.empty() || rest_[0] == '\n')) field.remove_suffix(1);
      fields.emplace_back(without_spaces(field));
    }
    more = rest_.starts_with(separator_);
    if (more) rest_.remove_prefix(1);
  }
  at_row_end();
  if (columns_ == 0) columns_ = fields.size();
  if (fields.size() != columns_)
    throw Error(fmt::format("{}, line {}: {} fields; the first line has {}", name_, line_, fields.size(), columns_));
  return true;
}

}  // namespace gs
