// progress.h - the learner's folder: the files that are edited, and what has been solved.
#pragma once
#include <filesystem>
#include <set>
#include <string>

#include "apps/learn/course/exercise.h"

namespace gs::learn {

class Progress {
 public:
  /// Reads FOLDER/progress.txt, a name a line, if it is there.
  explicit Progress(std::filesystem::path folder);

  bool solved(const std::string& name) const { return solved_.contains(name); }
  bool solved(const Exercise& exercise) const { return solved(exercise.name); }
  void solve(const std::string& name);

  /// FOLDER/07_reverse.cu
  std::filesystem::path file_of(const Exercise& exercise) const { return folder_ / (exercise.name + ".cu"); }
  /// Makes the file from the exercise's start if it is not there.
  void prepare(const Exercise&) const;
  /// Begins anew; what was there is kept as 07_reverse.cu.old, and earlier ones as .old2, .old3 ...
  std::filesystem::path reset(const Exercise&) const;

 private:
  void make_folder() const;

  std::filesystem::path folder_;
  std::set<std::string> solved_;
};

}  // namespace gs::learn
