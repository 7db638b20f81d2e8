// counted_run.cpp - tells the program by its environment that it is to count.
#include "apps/learn/counts/counted_run.h"

#include <cstdlib>

#include "apps/learn/scratch.h"
#include "apps/learn/write_file.h"

namespace gs::learn {

RecordedRun counted_run(const std::vector<std::string>& program, const std::string& widths, simulator::Keep keep) {
  const Scratch file(program[0] + ".widths");
  if (!widths.empty()) {
    write_file(file.name(), widths);
    setenv("GRIDSTRIDE_RUN_MACHINE_CODE", file.name().c_str(), 1);
  }
  setenv("GRIDSTRIDE_RUN_COUNT", "1", 1);
  RecordedRun run = recorded_run(program, keep);
  unsetenv("GRIDSTRIDE_RUN_COUNT");
  unsetenv("GRIDSTRIDE_RUN_MACHINE_CODE");
  return run;
}

textbook::KernelNeeds needs_of(const textbook::Entry& kernel) {
  const auto number = [&](const char* field) { return std::strtoll(kernel[field].c_str(), nullptr, 10); };
  return {number("launches"),
          32 * number("touched_sectors"),
          {int(number("block_threads")), std::size_t(number("shared_bytes")), {}}};
}

}  // namespace gs::learn
