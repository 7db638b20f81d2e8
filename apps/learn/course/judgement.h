// judgement.h - compiles a learner's file with the judge of its exercise, and runs it.
#pragma once
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/learn/course/exercise.h"

namespace gs::learn {

struct Verdict {
  bool passed = false;
  std::string code;                ///< of the first mistake: "M11"; "compiler": the file does not compile
  std::string text;                ///< its whole message
  std::vector<std::string> gates;  ///< "sectors a request: yours 4, naive 32, wanted 4.5 or less"
};

/// Compiles and runs the file. Its output for the sample goes to standard output.
Verdict judged(const Exercise&, const std::filesystem::path& file);

/// A judgement that another process makes: it comes through a file without a name.
class Judging {
 public:
  Judging();
  /// In that process. Returns its exit status.
  int judge(const Exercise&, const std::filesystem::path& file);
  /// In this one, when that has ended; nothing if it came to no verdict.
  std::optional<Verdict> verdict();

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

}  // namespace gs::learn
