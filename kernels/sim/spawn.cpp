// spawn.cpp - posix_spawn, a pipe, waitpid.
#include "kernels/sim/spawn.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "kernels/common/check.h"

namespace gs::simulator {

Ended run_program(const std::vector<std::string>& words, Keep keep) {
  const bool keeps = keep == Keep::output || keep == Keep::errors;
  int ends[2] = {-1, -1};
  if (keeps && pipe2(ends, O_CLOEXEC) != 0) throw Error("cannot start " + words[0] + ": " + std::strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (keeps) posix_spawn_file_actions_adddup2(&actions, ends[1], keep == Keep::output ? STDOUT_FILENO : STDERR_FILENO);
  if (keep == Keep::silence) posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  if (keep == Keep::silence || keep == Keep::output)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t process = 0;
  const int error = posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (keeps) close(ends[1]);
  Ended ended;
  for (char buffer[4096]; keeps && error == 0;) {
    const ssize_t count = read(ends[0], buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    ended.text.append(buffer, std::size_t(count));
  }
  if (keeps) close(ends[0]);
  if (error != 0) throw Error("cannot start " + words[0] + ": " + std::strerror(error));
  int status = 0;
  while (waitpid(process, &status, 0) < 0)
    if (errno != EINTR) throw Error("lost sight of " + words[0] + ": " + std::strerror(errno));
  if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
  if (WIFEXITED(status)) ended.status = WEXITSTATUS(status);
  return ended;
}

}  // namespace gs::simulator
