// session.h - a learner before the terminal: the task, the verdicts, the keys.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "apps/learn/course/exercise.h"
#include "apps/learn/course/judgement.h"
#include "apps/learn/course/progress.h"

namespace gs::learn {

class Session {
 public:
  Session(std::vector<Exercise> exercises, Progress progress)
      : exercises_(std::move(exercises)), progress_(std::move(progress)) {}

  const std::vector<Exercise>& exercises() const { return exercises_; }
  const Progress& progress() const { return progress_; }
  const Exercise& current() const { return exercises_[at_]; }

  /// Makes this exercise the current one.
  void open(std::size_t exercise);
  /// Makes the file of the current exercise, if it is not there.
  void prepare() const { progress_.prepare(current()); }
  void show_list() const;
  /// Judges the file as it is, says the result, and returns whether it is right.
  bool judge();
  /// Shows the task; judges at each save, until `q` or the end of standard input.
  void watch();

 private:
  void show_task() const;
  /// Does what the key says. Returns false for `q`.
  bool press(char key);
  void hint();
  void explain() const;
  void solution();
  void next();
  void reset();

  std::vector<Exercise> exercises_;
  Progress progress_;
  std::size_t at_ = 0;
  std::size_t hints_ = 0;                   ///< of this exercise, that were shown
  bool solution_asked_for_ = false;         ///< once
  std::string code_;                        ///< of the last message
  std::filesystem::file_time_type judged_;  ///< the file's time when it was judged last
};

}  // namespace gs::learn
