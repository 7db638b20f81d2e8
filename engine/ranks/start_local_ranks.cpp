// start_local_ranks.cpp - the processes of LocalRanks: this program, started again before CUDA begins, with its rank
// and the numbers of its sockets in the environment.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "engine/core/parse_number.h"
#include "engine/ranks/local_ranks.h"
#include "kernels/common/check.h"

extern char** environ;

namespace gs {
namespace {

constexpr const char *data_variable = "GRIDSTRIDE_RANK_DATA", *words_variable = "GRIDSTRIDE_RANK_WORDS";

/// The socket whose number start_process() has put there. For this process alone: it is removed.
std::optional<int> take_socket(const char* variable) {
  const char* const text = std::getenv(variable);
  const auto socket = text ? parse_number<int>(text) : std::nullopt;
  if (socket) fcntl(*socket, F_SETFD, FD_CLOEXEC);
  unsetenv(variable);
  return socket;
}

/// The arguments of this process: strings with a zero after each.
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

pid_t start_process(int rank, int size, const LocalRanks::Connection& to_rank_0) {
  const int data = to_rank_0.data.number(), words = to_rank_0.words.number();
  std::vector<std::string> arguments = own_arguments(), environment;
  for (char** entry = environ; *entry; ++entry) environment.emplace_back(*entry);
  environment.push_back(fmt::format("GRIDSTRIDE_RANK={}", rank));
  environment.push_back(fmt::format("GRIDSTRIDE_RANKS={}", size));
  environment.push_back(fmt::format("{}={}", data_variable, data));
  environment.push_back(fmt::format("{}={}", words_variable, words));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int socket : {data, words})
    posix_spawn_file_actions_adddup2(&actions, socket, socket);  // stays open in the new program
  pid_t process = -1;
  const int error = posix_spawn(&process, "/proc/self/exe", &actions, nullptr, pointers(arguments).data(),
                                pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw Error(fmt::format("rank {} cannot be started: {}", rank, std::strerror(error)));
  return process;
}

/// Kills those that have not ended by themselves after some seconds.
void wait_for_end(const std::vector<pid_t>& processes) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point last = Clock::now() + std::chrono::seconds(10);
  for (const pid_t process : processes) {
    pid_t ended = 0;
    while ((ended = waitpid(process, nullptr, WNOHANG)) == 0 && Clock::now() < last)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (ended != 0) continue;
    kill(process, SIGKILL);
    waitpid(process, nullptr, 0);
  }
}

}  // namespace

std::unique_ptr<Ranks> LocalRanks::start(int size) {
  std::vector<Connection> own, theirs;
  for (int rank = 1; rank < size; ++rank) {
    auto [here, there] = connect();
    own.push_back(std::move(here));
    theirs.push_back(std::move(there));
  }
  auto ranks = std::make_unique<LocalRanks>(0, size, std::move(own));
  try {
    for (Peer& peer : ranks->peers_) peer.process = start_process(peer.rank, size, theirs[std::size_t(peer.rank - 1)]);
  } catch (const std::exception& error) {
    ranks->fail(error);  // the others, who were started, end without a line of their own
    throw;
  }
  return ranks;
}

std::unique_ptr<Ranks> LocalRanks::started() {
  const std::optional<int> data = take_socket(data_variable), words = take_socket(words_variable);
  if (!data || !words) return nullptr;
  const LaunchedRank launched = launched_rank();
  std::vector<Connection> to_rank_0;
  to_rank_0.push_back({Descriptor(*data), Descriptor(*words)});
  auto ranks = std::make_unique<LocalRanks>(launched.rank, launched.size, std::move(to_rank_0));
  ranks->peers_[0].process = getppid();
  return ranks;
}

/// As a launcher does. Rank 0 is killed by the rank that has said so. It is still there if it has been silent, since
/// its socket would have been closed: so the parent of this process is rank 0.
void LocalRanks::kill_silent_processes() const {
  for (const Peer& peer : peers_)
    if (peer.is_silent && peer.process > 0 && (leads() || (speaks() && getppid() == peer.process)))
      kill(peer.process, SIGKILL);
}

LocalRanks::~LocalRanks() {
  watcher_.request_stop();
  watcher_.join();
  say(Word::left);
  kill_silent_processes();
  std::vector<pid_t> started;
  for (const Peer& peer : peers_)
    if (leads() && peer.process > 0) started.push_back(peer.process);
  peers_.clear();
  wait_for_end(started);
}

}  // namespace gs
