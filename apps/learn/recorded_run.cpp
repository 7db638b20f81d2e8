// recorded_run.cpp - the record is a file beside the program.
#include "apps/learn/recorded_run.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "apps/learn/scratch.h"

namespace gs::learn {

RecordedRun recorded_run(const std::vector<std::string>& program, simulator::Keep keep) {
  const Scratch record(program[0] + ".record");
  setenv("GRIDSTRIDE_RUN_RECORD", record.name().c_str(), 1);
  RecordedRun run{simulator::run_program(program, keep), {}};
  unsetenv("GRIDSTRIDE_RUN_RECORD");
  std::ifstream stream(record.name(), std::ios::binary);
  run.entries = textbook::entries_of(std::string(std::istreambuf_iterator<char>(stream), {}));
  return run;
}

bool ended_by_signal(const std::string& file, const simulator::Ended& ended) {
  if (ended.signal == 0) return false;
  std::fprintf(stderr, "gridstride: %s was ended by signal %d (%s)\n", file.c_str(), ended.signal,
               strsignal(ended.signal));
  return true;
}

}  // namespace gs::learn
