// bug_session.h - asks a learner what is wrong with a program, and says whether the answer is right.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/learn/course/progress.h"
#include "apps/learn/find_bug/bug.h"
#include "apps/learn/find_bug/found.h"

namespace gs::learn {

/// "7, 9" -> 7 and 9; nullopt if it is not one or two numbers.
std::optional<std::vector<int>> numbers_in(std::string_view answer);

class BugSession {
 public:
  BugSession(const Bug& bug, Progress progress) : bug_(bug), progress_(std::move(progress)), found_(bug) {}

  /// The story, and the source with the numbers of its lines.
  void tell() const;
  /// Asks until the answer is right, was wrong twice, or the learner gives up. Returns whether it was right.
  bool ask();
  /// Says whether these are the lines, and the threads if there are any; the bug is solved if both are right.
  bool judge(const std::vector<int>& lines, const std::optional<std::vector<int>>& who);
  /// The message of the checker, and the correction.
  void show() const;

 private:
  /// Says what is right or wrong about an answer.
  bool judge_lines(const std::vector<int>& lines);
  bool judge_who(const std::vector<int>& who);
  /// The words for both questions; `who`: "threads" or "blocks".
  std::string question_about_lines() const;
  std::string question_about_who() const;
  std::string who() const { return bug_.of_blocks ? "block" : "thread"; }
  bool two() const { return bug_.lines.size() == 2; }
  void hint();
  /// The numbers that the learner gives; nullopt: gives up, `quit_` if the session ends.
  std::optional<std::vector<int>> answer_to(const std::string& question);

  const Bug& bug_;
  Progress progress_;
  Found found_;
  std::size_t hints_ = 0;  ///< that were shown
  bool quit_ = false;
};

}  // namespace gs::learn
