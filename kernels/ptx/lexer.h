// lexer.h - splits a PTX text into words.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace gs::ptx {

/// Holds one word at a time: a name (with its dots and %), a number, a string in quotes, or one other character.
class Lexer {
 public:
  Lexer(std::string_view text, std::string name);

  /// The current word; empty at the end of the text.
  std::string_view word() const { return word_; }
  bool at_end() const { return word_.empty(); }
  bool at_number() const;
  void next();

  std::string take();
  bool accept(std::string_view);
  void expect(std::string_view);
  void skip_past(std::string_view);
  /// Skips from { past the } that closes it.
  void skip_braces();
  /// Takes a number: the value of an integer, or the bits of a float such as 0f3F800000 or 0d3FF0000000000000.
  std::uint64_t number();

  std::size_t position() const { return begin_; }  ///< of the current word
  std::string_view text(std::size_t begin) const { return text_.substr(begin, begin_ - begin); }

  /// Throws PtxError with the name of the text and the current line.
  [[noreturn]] void fail(const std::string& what) const;

 private:
  void skip_space();

  std::string_view text_, word_;
  std::string name_;
  std::size_t at_ = 0, begin_ = 0;
  int line_ = 1;
};

}  // namespace gs::ptx
