// tokens.cpp - white space, comments, literals, words; every other character is a token of its own.
#include "apps/learn/tokens.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace gs::learn {
namespace {

bool begins_word(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || c == '$' || (c & 0x80);
}
bool in_word(char c) {
  return begins_word(c) || std::isdigit(static_cast<unsigned char>(c));
}

class Reader {
 public:
  explicit Reader(std::string_view source) : source_(source) {}

  std::vector<Token> read() {
    while (at_ < source_.size()) {
      const char c = source_[at_];
      if (c == '\n') {
        if (!continues_line()) in_directive_ = false;
        line_has_token_ = in_directive_;
        ++at_;
      } else if (std::isspace(static_cast<unsigned char>(c)) || c == '\\') {
        ++at_;
      } else if (starts("//")) {
        at_ = std::min(source_.find('\n', at_), source_.size());
      } else if (starts("/*")) {
        at_ = after("*/", at_ + 2);
      } else {
        read_token();
      }
    }
    return std::move(tokens_);
  }

 private:
  bool starts(std::string_view text) const { return source_.substr(at_, text.size()) == text; }
  std::size_t after(std::string_view text, std::size_t from) const {
    const auto found = source_.find(text, from);
    return found == source_.npos ? source_.size() : found + text.size();
  }
  bool continues_line() const {
    return at_ > 0 && (source_[at_ - 1] == '\\' || (at_ > 1 && source_[at_ - 1] == '\r' && source_[at_ - 2] == '\\'));
  }

  void read_token() {
    const char c = source_[at_];
    if (c == '#' && !line_has_token_) in_directive_ = true;
    line_has_token_ = true;
    if (c == '"') return add(Token::Kind::text, quoted(at_));
    if (c == '\'') return add(Token::Kind::text, quoted(at_));
    if (std::isdigit(static_cast<unsigned char>(c)) ||
        (c == '.' && at_ + 1 < source_.size() && std::isdigit(static_cast<unsigned char>(source_[at_ + 1]))))
      return add(Token::Kind::number, number());
    if (!begins_word(c)) return add(Token::Kind::mark, at_ + 1);
    std::size_t end = at_;
    while (end < source_.size() && in_word(source_[end])) ++end;
    const std::string_view word = source_.substr(at_, end - at_);
    if (end < source_.size() && source_[end] == '"') {  // the prefix of a string: L"..." or R"(...)"
      if (word == "R" || word == "LR" || word == "uR" || word == "UR" || word == "u8R")
        return add(Token::Kind::text, raw_string(end));
      if (word == "L" || word == "u" || word == "U" || word == "u8") return add(Token::Kind::text, quoted(end));
    }
    add(Token::Kind::word, end);
  }

  std::size_t quoted(std::size_t quote) const {
    for (std::size_t i = quote + 1; i < source_.size(); ++i) {
      if (source_[i] == '\\')
        ++i;
      else if (source_[i] == source_[quote])
        return i + 1;
      else if (source_[i] == '\n')
        return i;  // the compiler will complain
    }
    return source_.size();
  }
  std::size_t raw_string(std::size_t quote) const {
    const auto open = source_.find('(', quote);
    if (open == source_.npos) return source_.size();
    return after(")" + std::string(source_.substr(quote + 1, open - quote - 1)) + "\"", open);
  }
  std::size_t number() const {  // 1'000, 0x1p-3f, 1e+5
    std::size_t end = at_ + 1;
    while (end < source_.size()) {
      const char c = source_[end];
      const char before = char(std::tolower(static_cast<unsigned char>(source_[end - 1])));
      const bool digits =
          in_word(c) || c == '.' || (c == '\'' && end + 1 < source_.size() && in_word(source_[end + 1]));
      if (!digits && !((c == '+' || c == '-') && (before == 'e' || before == 'p'))) break;
      ++end;
    }
    return end;
  }

  void add(Token::Kind kind, std::size_t end) {
    tokens_.push_back({kind, at_, end, source_.substr(at_, end - at_), in_directive_});
    at_ = end;
  }

  std::string_view source_;
  std::size_t at_ = 0;
  bool in_directive_ = false, line_has_token_ = false;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view source) {
  return Reader(source).read();
}

}  // namespace gs::learn
