// source_file.h - a CUDA file as tokens, and how they belong together: brackets, declarations, scopes.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "apps/learn/tokens.h"
#include "kernels/common/check.h"

namespace gs::learn {

/// A file that cannot be rewritten. `what()` is a message in the form of a compiler's, of several lines.
struct WrongSource : Error {
  using Error::Error;
};

/// Tokens are named by their numbers. `name`: of the file, in messages.
class SourceFile {
 public:
  static constexpr std::size_t none = std::size_t(-1);

  SourceFile(std::string text, std::string name);
  SourceFile(const SourceFile&) = delete;
  SourceFile& operator=(const SourceFile&) = delete;

  std::string_view text() const { return text_; }
  const std::string& name() const { return name_; }
  std::size_t size() const { return tokens_.size(); }
  const Token& operator[](std::size_t i) const { return tokens_[i]; }
  /// Whether token `i` is this character of punctuation.
  bool mark(std::size_t i, char c) const;
  /// Three equal characters without anything in between.
  bool three(std::size_t i, char c) const;
  /// The text of the tokens [first, end), with what stands between them.
  std::string_view text(std::size_t first, std::size_t end) const;

  /// Whether code runs where `i` stands, and not only declarations.
  bool in_function(std::size_t i) const { return scopes_[i].function; }
  /// Inside of ( ) or [ ], where the preprocessor may collect a macro's arguments.
  bool in_parentheses(std::size_t i) const { return scopes_[i].parentheses; }
  /// Inside of a namespace that has a name, or of a class: there a name alone does not say which variable it is.
  bool in_named_scope(std::size_t i) const;
  /// Between #if and #endif, so that the compiler may never see it.
  bool in_condition(std::size_t i) const;

  /// The token after the partner of the opening one at `i`; the end of the file if it has none.
  std::size_t after_partner(std::size_t i) const;
  /// The partner of the closing token at `i`, none if it has none. `>` is one, too.
  std::size_t partner_before(std::size_t i) const;
  /// The first token of the declaration that `i` stands in, and its `;`, or the end of the file.
  std::size_t statement_begin(std::size_t i) const;
  std::size_t semicolon(std::size_t i) const;
  /// The names that the declaration [first, end] declares: the word before each [ , = or ; outside of brackets.
  std::vector<std::string_view> declared(std::size_t first, std::size_t end) const;

  std::size_t line(std::size_t i) const;
  /// Spaces (and tabs) up to the column of the byte at `at`.
  std::string indentation(std::size_t at) const;
  /// Throws WrongSource: "vec.cu:3:4: error: ...", with the line and a mark below the tokens [first, end).
  [[noreturn]] void fail(std::size_t first, std::size_t end, const std::string& why) const;

 private:
  struct Scope {
    bool function, parentheses;
  };
  void find_scopes();
  bool opens_function(std::size_t statement, std::size_t brace) const;
  bool has_parameters(std::size_t first, std::size_t end) const;

  std::string text_, name_;
  std::vector<Token> tokens_;
  std::vector<Scope> scopes_;  ///< of each token
};

}  // namespace gs::learn
