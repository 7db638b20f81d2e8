// found.h - what the race checker says about the program of a story.
#pragma once
#include <string>
#include <vector>

#include "apps/learn/find_bug/bug.h"

namespace gs::learn {

/// The checker's finding, which answers are compared with.
class Found {
 public:
  /// Compiles and runs the program. Throws gs::Error if what is found is not the one thing that bug.txt says.
  explicit Found(const Bug&);

  const std::string& message() const { return message_; }
  /// Are these the lines that race (or the line that reads), in any order?
  bool are_lines(std::vector<int> lines) const;
  /// Their number.
  int right_among(const std::vector<int>& lines) const;
  /// Can these threads (or blocks) meet there? In any order; one number if there is one line.
  bool can_meet(const std::vector<int>& numbers) const;

 private:
  const Bug& bug_;
  std::string message_;
  std::vector<int> lines_;  ///< sorted; one that races with itself is there twice
};

}  // namespace gs::learn
