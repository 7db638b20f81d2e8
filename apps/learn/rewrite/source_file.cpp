// source_file.cpp - brackets and scopes among the tokens.
#include "apps/learn/rewrite/source_file.h"

#include <algorithm>
#include <utility>

namespace gs::learn {

SourceFile::SourceFile(std::string text, std::string name)
    : text_(std::move(text)), name_(std::move(name)), tokens_(tokens_of(text_)) {
  find_scopes();
}

bool SourceFile::mark(std::size_t i, char c) const {
  return i < tokens_.size() && tokens_[i].kind == Token::Kind::mark && tokens_[i].spelling[0] == c;
}

bool SourceFile::three(std::size_t i, char c) const {
  return mark(i, c) && mark(i + 1, c) && mark(i + 2, c) && tokens_[i].end == tokens_[i + 1].begin &&
         tokens_[i + 1].end == tokens_[i + 2].begin;
}

std::string_view SourceFile::text(std::size_t first, std::size_t end) const {
  return first == end ? "" : text().substr(tokens_[first].begin, tokens_[end - 1].end - tokens_[first].begin);
}

void SourceFile::find_scopes() {
  std::vector<Scope> open = {{false, false}};
  std::size_t statement = 0;  // the first token after the last ; { or }
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    if ((mark(i, '}') || mark(i, ')') || mark(i, ']')) && open.size() > 1) open.pop_back();
    scopes_.push_back(open.back());
    if (tokens_[i].in_directive) continue;
    if (mark(i, '(') || mark(i, '[')) open.push_back({open.back().function, true});
    if (mark(i, '{')) open.push_back({open.back().function || opens_function(statement, i), false});
    if (mark(i, ';') || mark(i, '{') || mark(i, '}')) statement = i + 1;
  }
}

bool SourceFile::opens_function(std::size_t statement, std::size_t brace) const {
  for (std::size_t i = statement; i < brace; ++i)
    for (const char* word : {"namespace", "struct", "class", "union", "enum", "extern"})
      if (tokens_[i].is(word) && !has_parameters(i, brace)) return false;
  return brace > statement &&
         (mark(brace - 1, ')') || tokens_[brace - 1].kind == Token::Kind::word || mark(brace - 1, '}'));
}

bool SourceFile::has_parameters(std::size_t first, std::size_t end) const {
  for (std::size_t i = first; i < end; ++i)
    if (mark(i, '(')) return true;
  return false;
}

bool SourceFile::in_named_scope(std::size_t i) const {
  int depth = 0;
  for (std::size_t j = 0; j < i; ++j) {
    if (tokens_[j].in_directive) continue;
    if (mark(j, '{') && !(j >= 1 && tokens_[j - 1].is("namespace"))) ++depth;
    if (mark(j, '}')) depth = std::max(depth - 1, 0);
  }
  return depth > 0;
}

bool SourceFile::in_condition(std::size_t i) const {
  int depth = 0;
  for (std::size_t j = 0; j + 1 < i; ++j) {
    if (!tokens_[j].in_directive || !mark(j, '#')) continue;
    const std::string_view word = tokens_[j + 1].spelling;
    depth += word == "if" || word == "ifdef" || word == "ifndef" ? 1 : word == "endif" ? -1 : 0;
  }
  return depth > 0;
}

std::size_t SourceFile::after_partner(std::size_t i) const {
  int depth = 0;
  for (; i < tokens_.size(); ++i) {
    if (mark(i, '(') || mark(i, '[') || mark(i, '{')) ++depth;
    if ((mark(i, ')') || mark(i, ']') || mark(i, '}')) && --depth == 0) return i + 1;
  }
  return tokens_.size();
}

std::size_t SourceFile::partner_before(std::size_t i) const {
  const bool angles = mark(i, '>');
  int depth = 0, angle_depth = 0;
  for (;; --i) {
    if (mark(i, ')') || mark(i, ']') || mark(i, '}')) ++depth;
    if (mark(i, '(') || mark(i, '[') || mark(i, '{')) {
      --depth;
      if (!angles && depth == 0) return i;
      if (depth < 0) return none;
    }
    if (angles && depth == 0) {
      if (mark(i, '>') && !(i > 0 && mark(i - 1, '-'))) ++angle_depth;
      if (mark(i, '<') && --angle_depth == 0) return i;
    }
    if (i == 0) return none;
  }
}

std::size_t SourceFile::statement_begin(std::size_t i) const {
  while (i > 0 && !mark(i - 1, ';') && !mark(i - 1, '{') && !mark(i - 1, '}') && !tokens_[i - 1].in_directive) --i;
  return i;
}

std::size_t SourceFile::semicolon(std::size_t i) const {
  while (i < tokens_.size() && !mark(i, ';'))
    i = mark(i, '(') || mark(i, '[') || mark(i, '{') ? after_partner(i) : i + 1;
  return i;
}

std::vector<std::string_view> SourceFile::declared(std::size_t first, std::size_t end) const {
  std::vector<std::string_view> names;
  bool wanted = true;
  int angles = 0;
  for (std::size_t i = first; i <= end && i < tokens_.size();) {
    if (mark(i, '<')) ++angles;
    if (mark(i, '>')) --angles;
    const bool ends_name = mark(i, '[') || mark(i, ',') || mark(i, '=') || mark(i, ';') || mark(i, '{');
    if (angles == 0 && wanted && ends_name && i > first && tokens_[i - 1].kind == Token::Kind::word &&
        !mark(i - 2, ':')) {  // A::n is a member
      names.push_back(tokens_[i - 1].spelling);
      wanted = false;
    }
    if (angles == 0 && mark(i, ',')) wanted = true;
    i = mark(i, '(') || mark(i, '[') || mark(i, '{') ? after_partner(i) : i + 1;
  }
  return names;
}

std::size_t SourceFile::line(std::size_t i) const {
  return std::size_t(std::count(text_.begin(), text_.begin() + std::ptrdiff_t(tokens_[i].begin), '\n')) + 1;
}

std::string SourceFile::indentation(std::size_t at) const {
  const std::size_t line_begin = text().substr(0, at).rfind('\n') + 1;  // npos + 1 is 0
  std::string spaces = text_.substr(line_begin, at - line_begin);
  for (char& c : spaces)
    if (c != '\t') c = ' ';
  return spaces;
}

void SourceFile::fail(std::size_t first, std::size_t end, const std::string& why) const {
  first = std::min(first, tokens_.size() - 1);
  end = std::clamp(end, first + 1, tokens_.size());
  const std::size_t at = tokens_[first].begin;
  const std::string below = indentation(at), number = std::to_string(line(first));
  const std::size_t line_begin = at - below.size();
  const std::string text = text_.substr(line_begin, text_.find('\n', at) - line_begin);
  const std::string margin(number.size() < 5 ? 5 - number.size() : 0, ' ');
  const std::size_t length = std::min(tokens_[end - 1].end - at, text.size() - below.size());
  throw WrongSource(name_ + ":" + number + ":" + std::to_string(below.size() + 1) + ": error: " + why + "\n" + margin +
                    number + " | " + text + "\n" + std::string(margin.size() + number.size(), ' ') + " | " + below +
                    "^" + std::string(std::max<std::size_t>(length, 1) - 1, '~') + "\n");
}

}  // namespace gs::learn
