// program.h - runs the built program as a user would, in a given folder.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "tests/support/scratch_folder.h"

namespace gs::test {

struct Outcome {
  int status = -1;  ///< exit status; 128 + signal if a signal ended the program
  std::string out, err;
};

/// A running program; its output goes to files beside `folder`.
class RunningProgram {
 public:
  /// `prepare` is called in the new process before the program starts (limits, signals).
  RunningProgram(const std::filesystem::path& folder, const std::vector<std::string>& words,
                 const std::function<void()>& prepare = {});
  ~RunningProgram();
  void send(int signal) const;
  int process() const { return process_; }
  bool ended();
  /// Its standard output until now.
  std::string output() const;
  Outcome wait();

 private:
  int process_ = -1, raw_status_ = 0;
  bool ended_ = false;
  std::filesystem::path out_, err_;
};

Outcome run_program(const std::filesystem::path& folder, const std::vector<std::string>& words,
                    const std::function<void()>& prepare = {});

/// Asks every 10 ms if it is so; false after 30 s.
bool soon(const std::function<bool()>& so);

std::vector<std::string> lines_of(const std::string& text);

nlohmann::json json_of(const std::filesystem::path& file);

/// A run that takes a few milliseconds: train lenet on 16 images of 16x16, base 2 and 2 epochs unless `more`
/// says otherwise.
std::vector<std::string> tiny_run(const std::vector<std::string>& more = {});

/// Expects exit status `status`, no standard output, and one line on standard error that contains all `parts`.
void expect_one_line(const Outcome&, int status, const std::vector<std::string>& parts);

}  // namespace gs::test
