// watcher.h - waits for saves, keys, signals and the end of a job at once.
#pragma once
#include <csignal>
#include <filesystem>
#include <functional>
#include <optional>

#include "apps/learn/watch/job.h"
#include "apps/learn/watch/keyboard.h"
#include "apps/learn/watch/saves.h"

namespace gs::learn {

/// At its end it ends the job that is still going.
class Watcher {
 public:
  enum class Event {
    saved,  ///< the file, or one that it includes
    ended,  ///< the job, with status()
    key,    ///< key()
    quit,   ///< SIGINT, SIGTERM or SIGHUP has come, or Ctrl-C as a key: status() is 128 + its number
    idle,   ///< the end of the keys, and no job is going
  };

  /// `keyboard`: outlives this; null: there are no keys.
  explicit Watcher(Keyboard* keyboard = nullptr);
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  /// Ends the job that is going; from now on the saves of this file are events.
  void watch(const std::filesystem::path& file);
  /// Does `work`, which reads that file, in a process of its own.
  void start(const std::function<int()>& work);
  /// Ends the job and all that it has started. Returns false if none was going.
  bool end();

  Event next();
  int status() const { return status_; }
  char key() const { return key_; }

 private:
  /// Whether a signal to quit has come.
  bool signalled();

  Keyboard* keyboard_;
  sigset_t signals_;
  int signal_queue_;
  std::filesystem::path file_;
  std::optional<Saves> saves_;
  std::optional<Job> job_;
  int status_ = 0;
  char key_ = 0;
};

}  // namespace gs::learn
