// recorded_run.cpp - the record is a file beside the program.
#include "apps/learn/recorded_run.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "apps/learn/scratch.h"
#include "kernels/sim/source.h"

namespace gs::learn {

RecordedRun recorded_run(const std::vector<std::string>& program, simulator::Keep keep) {
  const Scratch record(program[0] + ".record");
  setenv("GRIDSTRIDE_RUN_RECORD", record.name().c_str(), 1);
  RecordedRun run{simulator::run_program(program, keep), {}};
  unsetenv("GRIDSTRIDE_RUN_RECORD");
  run.entries = textbook::entries_of(simulator::text_of_file(record.name()).value_or(""));
  return run;
}

bool ended_by_signal(const std::string& file, const simulator::Ended& ended) {
  if (ended.signal == 0) return false;
  std::fprintf(stderr, "gridstride: %s was ended by signal %d (%s)\n", file.c_str(), ended.signal,
               strsignal(ended.signal));
  return true;
}

}  // namespace gs::learn
