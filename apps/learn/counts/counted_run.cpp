// counted_run.cpp - tells the program by its environment that it is to count.
#include "apps/learn/counts/counted_run.h"

#include <cstdlib>
#include <fstream>

#include "apps/learn/scratch.h"

namespace gs::learn {

RecordedRun counted_run(const std::vector<std::string>& program, const std::string& widths, simulator::Keep keep) {
  const Scratch file(program[0] + ".widths");
  if (!widths.empty()) {
    std::ofstream(file.name(), std::ios::binary) << widths;
    setenv("GRIDSTRIDE_RUN_MACHINE_CODE", file.name().c_str(), 1);
  }
  setenv("GRIDSTRIDE_RUN_COUNT", "1", 1);
  RecordedRun run = recorded_run(program, keep);
  unsetenv("GRIDSTRIDE_RUN_COUNT");
  unsetenv("GRIDSTRIDE_RUN_MACHINE_CODE");
  return run;
}

}  // namespace gs::learn
