// saves.h - says when a source file is saved.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <vector>

namespace gs::learn {

/// A file and what it includes with #include "...". Their times are asked for, without inotify: that knows nothing of
/// files which another machine writes, as in a folder of the network or of Windows.
class Saves {
 public:
  /// The files as they are now are not saved.
  explicit Saves(const std::filesystem::path& file);

  /// Whether a file is there that was saved, and none has changed since the call before: an editor may write a file in
  /// parts, or put it away for a moment.
  bool any();

 private:
  struct State {
    bool there = false;
    ino_t number = 0;  ///< another one: a new file was put in place
    std::int64_t seconds = 0, nanoseconds = 0, bytes = 0;
    bool operator==(const State&) const = default;
  };
  std::vector<State> states() const;

  std::vector<std::filesystem::path> files_;
  std::vector<State> first_, last_;
};

}  // namespace gs::learn
