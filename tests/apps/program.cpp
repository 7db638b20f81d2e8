// program.cpp - fork and exec, with files for the output.
#include "tests/apps/program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include <nlohmann/json.hpp>

namespace gs::test {
namespace fs = std::filesystem;

RunningProgram::RunningProgram(const fs::path& folder, const std::vector<std::string>& words,
                               const std::function<void()>& prepare) {
  // Beside the folder, so that tests can list the files that the program leaves in it.
  static std::atomic<int> count = 0;  // tests may start programs in threads
  const std::string stem = folder.string() + "." + std::to_string(getpid()) + "." + std::to_string(++count);
  out_ = stem + ".out", err_ = stem + ".err";
  process_ = fork();
  if (process_ == 0) {
    std::vector<std::string> all{GRIDSTRIDE_PROGRAM};
    all.insert(all.end(), words.begin(), words.end());
    std::vector<char*> arguments;
    for (std::string& word : all) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    dup2(open(out_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
    dup2(open(err_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
    dup2(open("/dev/null", O_RDONLY), 0);
    setenv("XDG_CACHE_HOME", GRIDSTRIDE_BINARY_DIR "/test-cache", 1);  // not the user's cache
    unsetenv("COLUMNS");
    if (chdir(folder.c_str()) != 0) _exit(126);
    if (prepare) prepare();
    execv(arguments[0], arguments.data());
    _exit(127);
  }
}

RunningProgram::~RunningProgram() {
  if (!ended()) {
    send(SIGKILL);
    waitpid(process_, &raw_status_, 0);
  }
  std::error_code ignored;
  fs::remove(out_, ignored);
  fs::remove(err_, ignored);
}

void RunningProgram::send(int signal) const {
  kill(process_, signal);
}

bool RunningProgram::ended() {
  if (!ended_) ended_ = waitpid(process_, &raw_status_, WNOHANG) == process_;
  return ended_;
}

std::string RunningProgram::output() const {
  return text_of(out_);
}

Outcome RunningProgram::wait() {
  if (!ended()) {
    waitpid(process_, &raw_status_, 0);
    ended_ = true;
  }
  const int status = WIFEXITED(raw_status_) ? WEXITSTATUS(raw_status_) : 128 + WTERMSIG(raw_status_);
  return {status, text_of(out_), text_of(err_)};
}

Outcome run_program(const fs::path& folder, const std::vector<std::string>& words,
                    const std::function<void()>& prepare) {
  return RunningProgram(folder, words, prepare).wait();
}

bool soon(const std::function<bool()>& so) {
  for (int i = 0; i < 3000; ++i, std::this_thread::sleep_for(std::chrono::milliseconds(10)))
    if (so()) return true;
  return false;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

nlohmann::json json_of(const fs::path& file) {
  return nlohmann::json::parse(text_of(file));
}

std::vector<std::string> tiny_run(const std::vector<std::string>& more) {
  std::vector<std::string> words{"train", "lenet", "--image-size", "16", "--limit", "16", "--threads", "1"};
  const auto add_default = [&](const char* flag, const char* value) {
    if (std::find(more.begin(), more.end(), flag) == more.end()) words.insert(words.end(), {flag, value});
  };
  add_default("--device", "cpu");
  add_default("--base", "2");
  add_default("--epochs", "2");
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

void expect_one_line(const Outcome& outcome, int status, const std::vector<std::string>& parts) {
  EXPECT_EQ(outcome.status, status) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(lines_of(outcome.err).size(), 1u) << outcome.err;
  EXPECT_EQ(outcome.err.substr(0, 12), "gridstride: ");
  for (const std::string& part : parts)
    EXPECT_NE(outcome.err.find(part), std::string::npos) << "no '" << part << "' in: " << outcome.err;
}

}  // namespace gs::test
