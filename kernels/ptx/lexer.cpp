// lexer.cpp - blanks and comments are skipped; all else is a word.
#include "kernels/ptx/lexer.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "kernels/ptx/module.h"

namespace gs::ptx {
namespace {

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}
bool is_space(char c) {
  return c == '\0' || std::isspace(static_cast<unsigned char>(c)) != 0;
}
bool belongs_to_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '$' || c == '%';
}

}  // namespace

Lexer::Lexer(std::string_view text, std::string name) : text_(text), name_(std::move(name)) {
  next();
}

bool Lexer::at_number() const {
  return !word_.empty() && (word_ == "-" || is_digit(word_[0]));
}

void Lexer::skip_space() {
  while (at_ < text_.size()) {
    const std::string_view rest = text_.substr(at_);
    std::size_t length = 0;
    if (is_space(rest[0]))
      length = 1;
    else if (rest.starts_with("//"))
      length = std::min(rest.find('\n'), rest.size());
    else if (rest.starts_with("/*"))
      length = rest.find("*/") == rest.npos ? rest.size() : rest.find("*/") + 2;
    if (length == 0) return;
    line_ += int(std::count(rest.begin(), rest.begin() + std::ptrdiff_t(length), '\n'));
    at_ += length;
  }
}

void Lexer::next() {
  skip_space();
  begin_ = at_;
  if (at_ < text_.size()) {
    if (text_[at_] == '"') {
      const std::size_t end = text_.find('"', at_ + 1);
      if (end == text_.npos) fail("unterminated string");
      at_ = end + 1;
    } else if (belongs_to_name(text_[at_])) {
      // L2::128B is one word
      while (at_ < text_.size() && (belongs_to_name(text_[at_]) || text_.substr(at_, 2) == "::" ||
                                    (text_[at_] == ':' && text_[at_ - 1] == ':')))
        ++at_;
    } else {
      ++at_;
    }
  }
  word_ = text_.substr(begin_, at_ - begin_);
}

std::string Lexer::take() {
  std::string word(word_);
  if (word.empty()) fail("unexpected end of the text");
  next();
  return word;
}

bool Lexer::accept(std::string_view wanted) {
  if (word_ != wanted) return false;
  next();
  return true;
}

void Lexer::expect(std::string_view wanted) {
  if (!accept(wanted)) fail("expected '" + std::string(wanted) + "', found '" + std::string(word_) + "'");
}

void Lexer::skip_past(std::string_view wanted) {
  while (word_ != wanted) take();
  next();
}

void Lexer::skip_braces() {
  int depth = 0;
  do {
    const std::string word = take();
    depth += word == "{" ? 1 : word == "}" ? -1 : 0;
  } while (depth > 0);
}

std::uint64_t Lexer::number() {
  const bool negative = accept("-");
  std::string word = take();
  const auto value_of = [&](std::string_view digits, int base) {
    std::uint64_t value = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error != std::errc() || stop != digits.data() + digits.size()) fail("'" + word + "' is not a number");
    return value;
  };
  const bool real = word.size() > 2 && word[0] == '0' && (std::tolower(word[1]) == 'f' || std::tolower(word[1]) == 'd');
  if (real) return value_of(std::string_view(word).substr(2), 16);
  while (!word.empty() && word.back() == 'U') word.pop_back();
  const bool hexadecimal = word.size() > 2 && word[0] == '0' && std::tolower(word[1]) == 'x';
  const bool octal = word.size() > 1 && word[0] == '0' && !hexadecimal;
  const std::uint64_t value =
      hexadecimal ? value_of(std::string_view(word).substr(2), 16) : value_of(word, octal ? 8 : 10);
  return negative ? 0 - value : value;
}

void Lexer::fail(const std::string& what) const {
  throw PtxError(name_ + ", line " + std::to_string(line_) + ": " + what);
}

}  // namespace gs::ptx
