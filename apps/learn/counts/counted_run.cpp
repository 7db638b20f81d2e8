// counted_run.cpp - tells the program by its environment that it is to count.
#include "apps/learn/counts/counted_run.h"

#include <cstdlib>

namespace gs::learn {

RecordedRun counted_run(const std::vector<std::string>& program) {
  setenv("GRIDSTRIDE_RUN_COUNT", "1", 1);
  RecordedRun run = recorded_run(program, simulator::Keep::silence);
  unsetenv("GRIDSTRIDE_RUN_COUNT");
  return run;
}

}  // namespace gs::learn
