// spawn.h - starts a program and waits for it, without a shell between.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace gs::simulator {

/// A longer output of a program is cut: the rest is read and dropped.
constexpr std::size_t most_kept_bytes = 4 << 20;

struct Ended {
  int status = 0;      ///< the exit status, if the program was not ended by a signal
  int signal = 0;      ///< that ended it; 0: none
  std::string text;    ///< that was kept
  std::string errors;  ///< Keep::both: standard error
  bool cut = false;    ///< there was more than most_kept_bytes
};

enum class Keep {
  nothing,  ///< standard output and standard error are this program's
  output,   ///< standard output is returned, standard error dropped
  errors,   ///< standard error is returned
  both,     ///< standard output and standard error are returned, each by itself
  silence,  ///< both are dropped
};

/// Runs a program that is searched for in PATH. Throws gs::Error if it cannot be started.
Ended run_program(const std::vector<std::string>& words, Keep keep = Keep::nothing);

}  // namespace gs::simulator
