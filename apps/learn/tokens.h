// tokens.h - a C++ source file as tokens, without comments and white space.
#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

namespace gs::learn {

struct Token {
  enum class Kind { word, number, text, mark };  ///< text: a string or a character; mark: one character of punctuation
  Kind kind;
  std::size_t begin, end;  ///< in the source
  std::string_view spelling;
  bool in_directive;  ///< on a line that begins with #, or on one that continues it

  bool is(std::string_view other) const { return kind != Kind::text && spelling == other; }
};

/// The tokens of `source`, which outlives them. A file that ends inside of a comment or a string gives a last token.
std::vector<Token> tokens_of(std::string_view source);

}  // namespace gs::learn
