// process_lock.h - one process at a time, across all that see the file system. A dead process holds nothing.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "engine/core/descriptor.h"

namespace gs {

/// An exclusive lock on a file that says who holds it. The file is removed when the lock is given back; what a killed
/// process leaves is taken over.
class ProcessLock {
 public:
  /// nullopt if another process, or another lock of this one, holds the file. Throws gs::Error that names the file if
  /// it cannot be written. On file systems without locks everybody gets it.
  static std::optional<ProcessLock> take(const std::filesystem::path& file);

  /// Who holds the file: "process 4711 on host a ('gridstride train lenet')"; "another process" if it does not say.
  static std::string holder(const std::filesystem::path& file);

  ProcessLock(ProcessLock&&) = default;
  ProcessLock& operator=(ProcessLock&&) = delete;
  ~ProcessLock();

 private:
  ProcessLock(std::filesystem::path file, Descriptor opened) : file_(std::move(file)), opened_(std::move(opened)) {}

  std::filesystem::path file_;
  Descriptor opened_;
};

}  // namespace gs
