// start_local_ranks.cpp - the processes of LocalRanks: this program, started again before CUDA begins, with its rank
// and the numbers of its sockets in the environment.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

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

constexpr const char *data_variable = "GRIDSTRIDE_RANK_DATA", *word_variable = "GRIDSTRIDE_RANK_LAST_WORD";

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
  const int data = to_rank_0.data.number(), last_word = to_rank_0.last_word.number();
  std::vector<std::string> arguments = own_arguments(), environment;
  for (char** entry = environ; *entry; ++entry) environment.emplace_back(*entry);
  environment.push_back(fmt::format("GRIDSTRIDE_RANK={}", rank));
  environment.push_back(fmt::format("GRIDSTRIDE_RANKS={}", size));
  environment.push_back(fmt::format("{}={}", data_variable, data));
  environment.push_back(fmt::format("{}={}", word_variable, last_word));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int socket : {data, last_word})
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
  std::vector<Connection> own, theirs;
  for (int rank = 1; rank < size; ++rank) {
    auto [here, there] = connect();
    own.push_back(std::move(here));
    theirs.push_back(std::move(there));
  }
  auto ranks = std::make_unique<LocalRanks>(0, size, std::move(own));
  for (int rank = 1; rank < size; ++rank)
    ranks->processes_.push_back(start_process(rank, size, theirs[std::size_t(rank - 1)]));
  return ranks;
}

std::unique_ptr<Ranks> LocalRanks::started() {
  const std::optional<int> data = take_socket(data_variable), last_word = take_socket(word_variable);
  if (!data || !last_word) return nullptr;
  const LaunchedRank launched = launched_rank();
  std::vector<Connection> to_rank_0;
  to_rank_0.push_back({Descriptor(*data), Descriptor(*last_word)});
  return std::make_unique<LocalRanks>(launched.rank, launched.size, std::move(to_rank_0));
}

LocalRanks::~LocalRanks() {
  send_last_word(LastWord::left, "");
  peers_.clear();
  for (const pid_t process : processes_) wait_for_end(process);
}

}  // namespace gs
