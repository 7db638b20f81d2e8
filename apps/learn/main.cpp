// main.cpp - gridstride-learn: the commands about your own kernels.
#include <cstdio>
#include <exception>
#include <string_view>
#include <vector>

#include "apps/learn/run_command.h"

int main(int count, char** words) {
  const std::vector<std::string_view> arguments(words + (count > 0), words + count);
  try {
    if (!arguments.empty() && arguments[0] == "run")
      return gs::learn::run_command({arguments.begin() + 1, arguments.end()});
    std::fprintf(stderr, "usage: gridstride run FILE.cu\n");
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gridstride: %s\n", error.what());
    return 1;
  }
}
