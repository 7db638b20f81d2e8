// edits.h - replaces parts of a file so that every other token keeps its line and column.
#pragma once
#include <string>
#include <vector>

#include "apps/learn/rewrite/source_file.h"

namespace gs::learn {

/// `text` as a string of C++.
std::string in_quotes(std::string_view text);

/// `apart`: the new text gets lines of its own, between #line directives. That is impossible inside of a directive or
/// of a macro's arguments; there what follows in the same line moves.
class Edits {
 public:
  /// `file` outlives this.
  explicit Edits(const SourceFile& file) : file_(file) {}

  /// Adds `text` in front of a token; at the end of the file if there is no such token.
  void add(std::size_t before, std::string text, bool apart);
  /// Replaces the tokens [first, end).
  void replace(std::size_t first, std::size_t end, std::string by, bool apart = false);
  /// The file after all edits. What lies inside of an earlier edit is dropped.
  std::string applied() const;

 private:
  struct Edit {
    std::size_t begin, end;  ///< of the source; equal: something is added
    std::string text;
    bool apart;
  };

  const SourceFile& file_;
  std::vector<Edit> edits_;
};

}  // namespace gs::learn
