// process_lock.h - one process at a time, across all that see the file system. A dead process holds nothing.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "engine/core/descriptor.h"

namespace gs {

/// An exclusive lock on a file that says who holds it. The file is removed when the lock is given back; what a killed
/// process leaves is taken over. It may be shared with a process that this one starts: then it is free when both have
/// given it back.
class ProcessLock {
 public:
  /// nullopt if another process, or another lock of this one, holds the file. Throws gs::Error that names the file if
  /// it cannot be written. On file systems without locks everybody gets it.
  static std::optional<ProcessLock> take(const std::filesystem::path& file);

  /// Who holds the file: "process 4711 on host a ('gridstride train lenet')"; "another process" if it does not say.
  static std::string holder(const std::filesystem::path& file);

  /// False on file systems without locks: two may hold `file` there. Makes the file, and removes it.
  static bool excludes(const std::filesystem::path& file);

  /// In a process that was started with environment_entry(): the same lock. nullopt if that was another file's.
  static std::optional<ProcessLock> handed_over(const std::filesystem::path& file);

  /// "NAME=VALUE" for the environment of a process that is to share the lock. It must inherit descriptor().
  std::string environment_entry() const;
  int descriptor() const { return opened_.number(); }

  ProcessLock(ProcessLock&&) = default;
  ProcessLock& operator=(ProcessLock&&) = delete;
  ~ProcessLock();

 private:
  ProcessLock(std::filesystem::path file, Descriptor opened, bool is_first = true)
      : file_(std::move(file)), opened_(std::move(opened)), is_first_(is_first) {}

  std::filesystem::path file_;
  Descriptor opened_;
  bool is_first_;  ///< it was not handed over: the file goes with it
};

}  // namespace gs
