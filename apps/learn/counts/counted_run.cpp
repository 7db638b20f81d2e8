// counted_run.cpp - tells the program by its environment that it is to count.
#include "apps/learn/counts/counted_run.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace gs::learn {

RecordedRun counted_run(const std::vector<std::string>& program, const std::string& widths, simulator::Keep keep) {
  const std::string file = program[0] + ".widths." + std::to_string(getpid());
  if (!widths.empty()) {
    std::ofstream(file, std::ios::binary) << widths;
    setenv("GRIDSTRIDE_RUN_MACHINE_CODE", file.c_str(), 1);
  }
  setenv("GRIDSTRIDE_RUN_COUNT", "1", 1);
  RecordedRun run = recorded_run(program, keep);
  unsetenv("GRIDSTRIDE_RUN_COUNT");
  unsetenv("GRIDSTRIDE_RUN_MACHINE_CODE");
  std::error_code error;
  std::filesystem::remove(file, error);
  return run;
}

}  // namespace gs::learn
