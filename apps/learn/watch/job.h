// job.h - work in a process of its own, which can be ended at any time.
#pragma once
#include <sys/types.h>

#include <csignal>
#include <functional>

namespace gs::learn {

/// A process that does the work, and all that it starts: a process group.
class Job {
 public:
  /// `work` returns an exit status. If it throws, the message is printed. `blocked`: signals that this process blocks;
  /// the job does not.
  Job(const std::function<int()>& work, const sigset_t& blocked);
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  pid_t process() const { return process_; }
  /// Whether the work is done; then status() is known.
  bool has_ended();
  int status() const { return status_; }  ///< 128 + the number of a signal that ended it

  /// Returns when none of its processes is left. Compilers remove their files if they are asked to end.
  void end();

 private:
  bool processes_left() const;

  pid_t process_;
  bool ended_ = false;
  int status_ = 0;
};

}  // namespace gs::learn
