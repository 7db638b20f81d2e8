// start_local_ranks.cpp - the processes of LocalRanks: this program, started again before CUDA begins, with its rank
// and the number of its socket in the environment.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <thread>

#include <fmt/format.h>

#include "engine/core/parse_number.h"
#include "engine/ranks/local_ranks.h"
#include "kernels/common/check.h"

extern char** environ;

namespace gs {
namespace {

constexpr const char* socket_variable = "GRIDSTRIDE_RANK_SOCKET";

/// The arguments of this process, or its environment: strings with a zero after each.
std::vector<std::string> own_arguments() {
  std::ifstream in("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(in, word, '\0');) words.push_back(word);
  return words;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

pid_t start_process(int rank, int size, int socket) {
  std::vector<std::string> arguments = own_arguments(), environment;
  for (char** entry = environ; *entry; ++entry) environment.emplace_back(*entry);
  environment.push_back(fmt::format("GRIDSTRIDE_RANK={}", rank));
  environment.push_back(fmt::format("GRIDSTRIDE_RANKS={}", size));
  environment.push_back(fmt::format("{}={}", socket_variable, socket));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, socket, socket);  // stays open in the new program
  pid_t process = -1;
  const int error = posix_spawn(&process, "/proc/self/exe", &actions, nullptr, pointers(arguments).data(),
                                pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw Error(fmt::format("rank {} cannot be started: {}", rank, std::strerror(error)));
  return process;
}

/// Ends a process that does not end by itself.
void wait_for_end(pid_t process) {
  for (int tenths = 0; tenths < 100; ++tenths) {
    if (waitpid(process, nullptr, WNOHANG) != 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  kill(process, SIGKILL);
  waitpid(process, nullptr, 0);
}

}  // namespace

std::unique_ptr<Ranks> LocalRanks::start(int size) {
  std::vector<Descriptor> own, theirs;
  for (int rank = 1; rank < size; ++rank) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
      throw Error(fmt::format("no sockets for {} ranks: {}", size, std::strerror(errno)));
    own.emplace_back(ends[0]);
    theirs.emplace_back(ends[1]);
  }
  auto ranks = std::make_unique<LocalRanks>(0, size, std::move(own));
  for (int rank = 1; rank < size; ++rank)
    ranks->processes_.push_back(start_process(rank, size, theirs[std::size_t(rank - 1)].number()));
  return ranks;
}

std::unique_ptr<Ranks> LocalRanks::started() {
  const char* const text = std::getenv(socket_variable);
  const auto socket = text ? parse_number<int>(text) : std::nullopt;
  if (!socket) return nullptr;
  fcntl(*socket, F_SETFD, FD_CLOEXEC);
  unsetenv(socket_variable);  // for this process alone
  const LaunchedRank launched = launched_rank();
  std::vector<Descriptor> to_rank_0;
  to_rank_0.emplace_back(*socket);
  return std::make_unique<LocalRanks>(launched.rank, launched.size, std::move(to_rank_0));
}

LocalRanks::~LocalRanks() {
  const Head head{Head::left, 0};
  for_each_peer([&](int peer) { ::send(socket_to(peer), &head, sizeof head, MSG_DONTWAIT | MSG_NOSIGNAL); });
  sockets_.clear();
  for (const pid_t process : processes_) wait_for_end(process);
}

}  // namespace gs
