// scratch.h - a file beside a learner's program that is removed at the end.
#pragma once
#include <unistd.h>

#include <filesystem>
#include <string>

namespace gs::learn {

/// NAME.PROCESS: its name ends with the number of this process, as remove_leftovers() expects. It is not there at
/// first.
class Scratch {
 public:
  explicit Scratch(const std::string& name) : name_(name + "." + std::to_string(getpid())) { remove(); }
  ~Scratch() { remove(); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& name() const { return name_; }

 private:
  void remove() const {
    std::error_code error;
    std::filesystem::remove(name_, error);
  }
  std::string name_;
};

}  // namespace gs::learn
