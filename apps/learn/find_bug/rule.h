// rule.h - says whether two threads can meet, by their numbers.
#pragma once
#include <string>

namespace gs::learn {

/// A condition as C has it, on the whole numbers `first` and `second`: "second % 32 == first + 1". There are + - * / %
/// ^ == != < <= > >= && || and parentheses.
class Rule {
 public:
  Rule() = default;
  /// Throws gs::Error if it is none.
  explicit Rule(std::string text);
  bool holds(long first, long second) const;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace gs::learn
