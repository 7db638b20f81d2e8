// restart.cpp - an environment variable, and exec.
#include "apps/sweep/restart.h"

#include <linux/close_range.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "engine/core/error.h"
#include "engine/core/json_text.h"

namespace gs::apps {
namespace {

constexpr const char* variable = "GRIDSTRIDE_RESTART";

Restart read() {
  const char* const text = std::getenv(variable);
  if (!text) return {};
  try {
    const nlohmann::json json = parse_json(text, variable);
    return {json.at("failed"), json.at("alone")};
  } catch (const std::exception&) {
    throw Error(fmt::format("the environment variable {} is not for users: please unset it", variable));
  }
}

}  // namespace

const Restart& restart() {
  static const Restart of_this_process = read();
  return of_this_process;
}

Restart after_loss(Restart next, const std::vector<LostRun>& lost) {
  if (lost.size() == 1) {
    next.failed[lost[0].name] = lost[0].reason;
    std::erase(next.alone, lost[0].name);
  } else {
    for (const LostRun& run : lost) next.alone.push_back(run.name);
  }
  return next;
}

std::string loss_message(const std::vector<LostRun>& lost) {
  if (lost.size() == 1)
    return fmt::format("run {} made the GPU fail: {}. The others go on in a new process", lost[0].name, lost[0].reason);
  std::vector<std::string> names;
  for (const LostRun& run : lost) names.push_back(run.name);
  return fmt::format(
      "the GPU failed while {} were training: {}. CUDA does not say whose kernel it was; each of them goes on by "
      "itself, in a new process",
      fmt::join(names, ", "), lost[0].reason);
}

void go_on_in_new_process(const Restart& next) {
  const nlohmann::json json = {{"failed", next.failed}, {"alone", next.alone}};
  setenv(variable, json_text(json).c_str(), 1);
  std::vector<std::string> words;
  std::ifstream in("/proc/self/cmdline");
  for (std::string word; std::getline(in, word, '\0');) words.push_back(word);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::fflush(nullptr);
  // The GPU's memory is freed only when no process holds the driver's files open.
  close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
  execv("/proc/self/exe", arguments.data());
  throw Error(fmt::format("the program cannot be started again: {}", std::strerror(errno)));
}

}  // namespace gs::apps
