// spawn.cpp - posix_spawn, pipes, waitpid.
#include "kernels/sim/spawn.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "kernels/common/check.h"

namespace gs::simulator {
namespace {

/// A stream of the program that is read here.
struct Pipe {
  int stream;
  std::string* text;
  int read_end = -1, write_end = -1;
};

std::vector<Pipe> pipes_for(Keep keep, Ended& ended) {
  switch (keep) {
    case Keep::output:
      return {{STDOUT_FILENO, &ended.text}};
    case Keep::errors:
      return {{STDERR_FILENO, &ended.text}};
    case Keep::both:
      return {{STDOUT_FILENO, &ended.text}, {STDERR_FILENO, &ended.errors}};
    case Keep::nothing:
    case Keep::silence:
      break;
  }
  return {};
}

/// Reads all pipes to their ends. Returns whether some text was dropped.
bool read_all(std::vector<Pipe>& pipes) {
  bool cut = false;
  for (std::size_t open = pipes.size(); open > 0;) {
    std::vector<pollfd> waiting;
    for (const Pipe& pipe : pipes) waiting.push_back({pipe.read_end, POLLIN, 0});  // -1: ignored
    if (poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) break;
    for (std::size_t i = 0; i < pipes.size(); ++i) {
      if (waiting[i].revents == 0) continue;
      char buffer[4096];
      const ssize_t count = read(pipes[i].read_end, buffer, sizeof buffer);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        close(pipes[i].read_end);
        pipes[i].read_end = -1;
        --open;
        continue;
      }
      std::string& text = *pipes[i].text;
      const std::size_t kept = std::min(std::size_t(count), most_kept_bytes - text.size());
      text.append(buffer, kept);
      cut |= kept < std::size_t(count);
    }
  }
  return cut;
}

}  // namespace

Ended run_program(const std::vector<std::string>& words, Keep keep) {
  Ended ended;
  std::vector<Pipe> pipes = pipes_for(keep, ended);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (Pipe& pipe : pipes) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw Error("cannot start " + words[0] + ": " + std::strerror(errno));
    pipe.read_end = ends[0], pipe.write_end = ends[1];
    posix_spawn_file_actions_adddup2(&actions, pipe.write_end, pipe.stream);
  }
  if (keep == Keep::silence) posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  if (keep == Keep::silence || keep == Keep::output)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t process = 0;
  const int error = posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  for (const Pipe& pipe : pipes) close(pipe.write_end);
  ended.cut = read_all(pipes);  // at once at the end if nothing was started
  if (error != 0) throw Error("cannot start " + words[0] + ": " + std::strerror(error));
  int status = 0;
  while (waitpid(process, &status, 0) < 0)
    if (errno != EINTR) throw Error("lost sight of " + words[0] + ": " + std::strerror(errno));
  if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
  if (WIFEXITED(status)) ended.status = WEXITSTATUS(status);
  return ended;
}

}  // namespace gs::simulator
