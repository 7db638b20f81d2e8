// child_output.h - what a run in a process of its own prints.
#pragma once
#include <sys/types.h>

#include <string>

#include "engine/core/descriptor.h"

namespace gs::apps {

/// Memory takes the output and a file gets a copy, so that a run can say why it failed when the disk is full.
class ChildOutput {
 public:
  /// Throws Error if the file cannot be opened for writing.
  explicit ChildOutput(std::string file);

  /// The descriptor to be standard output and error.
  int number() const { return memory_.number(); }

  /// Appends to the file what has been printed since the last time. After an error it keeps trying.
  void copy();

  /// "cannot write FILE: No space left on device", if the file lacks something now.
  const std::string& failure() const { return failure_; }

  /// The last line that is not empty, without "gridstride: ".
  std::string last_line() const;

 private:
  std::string file_name_;
  Descriptor memory_, file_;
  off_t copied_ = 0;
  std::string failure_;
};

}  // namespace gs::apps
