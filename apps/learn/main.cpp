// main.cpp - gridstride-learn: the commands about your own kernels.
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "apps/learn/course/learn_command.h"
#include "apps/learn/explain_command.h"
#include "apps/learn/ladder_command.h"
#include "apps/learn/run_command.h"
#include "apps/learn/wrong_usage.h"

namespace gs::learn {
namespace {

struct Command {
  std::string_view name;
  int (*run)(const std::vector<std::string_view>& words);  ///< returns the exit status
};

constexpr Command commands[] = {
    {"run", run_command},
    {"learn", learn_command},
    {"ladder", ladder_command},
    {"explain", explain_command},
};

int call(const std::vector<std::string_view>& words) {
  std::string names;
  for (const Command& command : commands) {
    if (!words.empty() && words[0] == command.name) try {
        return command.run({words.begin() + 1, words.end()});
      } catch (const WrongUsage& error) {
        const std::string name(command.name);
        std::fprintf(stderr, "gridstride: %s (gridstride %s --help lists the flags)\n", error.what(), name.c_str());
        return 2;
      }
    names += (names.empty() ? "" : ", ") + std::string(command.name);
  }
  std::fprintf(stderr, "usage: gridstride-learn COMMAND; there are: %s\n", names.c_str());
  return 2;
}

}  // namespace
}  // namespace gs::learn

int main(int count, char** words) {
  try {
    return gs::learn::call({words + (count > 0), words + count});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gridstride: %s\n", error.what());
    return 1;
  }
}
