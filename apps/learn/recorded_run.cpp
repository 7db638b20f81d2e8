// recorded_run.cpp - the record is a file beside the program.
#include "apps/learn/recorded_run.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace gs::learn {

RecordedRun recorded_run(const std::vector<std::string>& program, simulator::Keep keep) {
  const std::string file = program[0] + ".record." + std::to_string(getpid());
  std::error_code error;
  std::filesystem::remove(file, error);
  setenv("GRIDSTRIDE_RUN_RECORD", file.c_str(), 1);
  RecordedRun run{simulator::run_program(program, keep), {}};
  unsetenv("GRIDSTRIDE_RUN_RECORD");
  std::ifstream stream(file, std::ios::binary);
  run.entries = textbook::entries_of(std::string(std::istreambuf_iterator<char>(stream), {}));
  std::filesystem::remove(file, error);
  return run;
}

}  // namespace gs::learn
