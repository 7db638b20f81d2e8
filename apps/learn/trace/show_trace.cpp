// show_trace.cpp - two runs: one is checked, one is traced up to what the first one found.
#include "apps/learn/trace/show_trace.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "apps/learn/recorded_run.h"
#include "apps/learn/scratch.h"
#include "apps/learn/trace/trace_page.h"
#include "kernels/common/check.h"
#include "kernels/sim/spawn.h"

namespace gs::learn {
namespace {

namespace fs = std::filesystem;
using simulator::Ended;

constexpr const char* page_name = "trace.html";

/// The traced run's file, see textbook/tracing.h.
struct Written {
  std::vector<std::string> notes;
  std::string trace;  ///< empty: there are no steps
};

Written traced_run(const RunFlags& flags, const std::vector<std::string>& program,
                   const std::vector<textbook::Entry>& findings) {
  const Scratch trace(program[0] + ".trace"), record(program[0] + ".found");
  std::ofstream found(record.name(), std::ios::binary);
  for (const textbook::Entry& entry : findings) found << line_of(entry);
  if (!found.flush()) throw Error(record.name() + ": cannot be written: " + std::strerror(errno));
  setenv("GRIDSTRIDE_RUN_TRACE", trace.name().c_str(), 1);
  setenv("GRIDSTRIDE_RUN_TRACE_BLOCKS", flags.trace.c_str(), 1);
  setenv("GRIDSTRIDE_RUN_TRACE_FROM", flags.from.empty() ? "1" : flags.from.c_str(), 1);
  setenv("GRIDSTRIDE_RUN_TRACE_RECORD", record.name().c_str(), 1);
  setenv("GRIDSTRIDE_RUN_TRACE_TEXT", flags.text ? "1" : "", 1);
  run_program(program, simulator::Keep::silence);

  Written written;
  std::ifstream stream(trace.name(), std::ios::binary);
  for (std::string line; std::getline(stream, line) && !line.empty();) written.notes.push_back(line);
  if (!stream) throw Error(flags.program[0] + ": the traced run ended before it wrote its steps");
  std::ostringstream rest;
  rest << stream.rdbuf();
  written.trace = rest.str();
  return written;
}

void write_page(const RunFlags& flags, const std::string& trace) {
  std::ofstream page(page_name, std::ios::binary);
  page << trace_page(fs::path(flags.program[0]).filename().string(), trace);
  if (!page.flush()) throw Error(std::string(page_name) + ": cannot be written: " + std::strerror(errno));
  std::printf("%s shows the steps of block%s %s; open it in a browser\n", page_name,
              flags.trace.find(',') == flags.trace.npos ? "" : "s", flags.trace.c_str());
}

}  // namespace

int show_trace(const RunFlags& flags, const std::vector<std::string>& program) {
  const RecordedRun checked = recorded_run(program);
  bool first = true;
  for (const textbook::Entry& entry : checked.entries)
    if (entry.kind == "finding") {
      std::fprintf(stderr, "%s%s", first ? "" : "\n", entry["text"].c_str());
      first = false;
    }
  if (ended_by_signal(flags.program[0], checked.ended)) return 1;
  const Written written = traced_run(flags, program, checked.entries);
  if (flags.text)
    std::fputs(written.trace.c_str(), stdout);
  else if (!written.trace.empty())
    write_page(flags, written.trace);
  std::fflush(stdout);
  for (const std::string& note : written.notes) std::fprintf(stderr, "gridstride: %s\n", note.c_str());
  return written.trace.empty() && checked.ended.status == 0 ? 1 : checked.ended.status;
}

}  // namespace gs::learn
