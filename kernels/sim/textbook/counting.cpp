// counting.cpp - sums the counts of a kernel's launches, and records them by source line.
#include "kernels/sim/textbook/counting.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <tuple>
#include <vector>

#include "kernels/sim/counts.h"
#include "kernels/sim/textbook/record.h"

namespace gs::textbook {
namespace {

using simulator::Counts;
using simulator::LineCounts;

struct Kernel {
  std::string name;
  Counts counts;
};
std::vector<Kernel>& kernels() {
  static auto* kernels = new std::vector<Kernel>;  // never destroyed: written at the end of the program
  return *kernels;
}

void add(Counts& to, const Counts& counts) {
  static_cast<simulator::RequestCounts&>(to) += counts;
  to.launches.insert(to.launches.end(), counts.launches.begin(), counts.launches.end());
  to.blocks += counts.blocks, to.threads += counts.threads, to.barriers += counts.barriers;
  to.loads += counts.loads, to.stores += counts.stores;
  to.loaded_bytes += counts.loaded_bytes, to.stored_bytes += counts.stored_bytes;
  to.cut_apart |= counts.cut_apart;
  for (const LineCounts& line : counts.lines) {
    const auto same = std::find_if(to.lines.begin(), to.lines.end(), [&](const LineCounts& other) {
      return other.file == line.file && other.line == line.line;
    });
    if (same == to.lines.end())
      to.lines.push_back(line);
    else
      *same += line;
  }
}

/// "8", "2.5"
std::string quotient(std::int64_t a, std::int64_t b) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", a % b == 0 ? 0 : 1, double(a) / double(b));
  return text;
}

void note(const LineCounts& line, const char* code, const std::string& what, const char* advice) {
  simulator::Explanation explanation;
  explanation.code = code;
  explanation.file = line.file;
  explanation.line = line.line;
  explanation.what = "line " + std::to_string(line.line) + ": " + what;
  explanation.advice = advice;
  record(finding(explanation, "note"));
}

void record_notes(const LineCounts& line) {
  const std::int64_t ideal = line.sectors - line.wasted_sectors, all = line.requests + line.shared_requests;
  const bool diverges = all > 0 && 2 * line.divergent_requests >= all;  // lanes that wait leave gaps
  if (!diverges && ideal > 0 && line.sectors >= 2 * ideal)
    note(line, "M20",
         "a request touches " + quotient(line.sectors, line.requests) + " sectors where " +
             quotient(ideal, line.requests) + " would hold its bytes: " + quotient(line.sectors, ideal) +
             " times the traffic",
         "Neighbouring threads should touch neighbouring elements: threadIdx.x moves the index by 1");
  if (line.shared_requests > 0 && line.bank_conflicts >= line.shared_requests)
    note(line, "M21",
         "the lanes of a warp meet in a bank: " +
             quotient(line.bank_conflicts + line.shared_requests, line.shared_requests) + " turns instead of 1",
         "Probably the rows of the array are a multiple of 32 words: one more word moves each row to the next bank");
  if (diverges)
    note(line, "M22",
         "in " + std::to_string(100 * line.divergent_requests / all) + " % of the requests a part of the warp waits",
         "Only where the branch depends on the lane");
}

Entry entry_of(const Kernel& kernel) {
  const Counts& counts = kernel.counts;
  const auto text = [](auto value) { return std::to_string(value); };
  return {"kernel",
          {{"name", kernel.name},
           {"launches", text(counts.launches.size())},
           {"blocks", text(counts.blocks)},
           {"threads", text(counts.threads)},
           {"barriers", text(counts.barriers)},
           {"loads", text(counts.loads)},
           {"stores", text(counts.stores)},
           {"loaded_bytes", text(counts.loaded_bytes)},
           {"stored_bytes", text(counts.stored_bytes)},
           {"cut_apart", text(int(counts.cut_apart))}}};
}

Entry entry_of(const Kernel& kernel, const LineCounts& line) {
  const auto text = [](auto value) { return std::to_string(value); };
  return {"line",
          {{"kernel", kernel.name},
           {"file", line.file},
           {"line", text(line.line)},
           {"requests", text(line.requests)},
           {"sectors", text(line.sectors)},
           {"ideal", text(line.sectors - line.wasted_sectors)},
           {"shared_requests", text(line.shared_requests)},
           {"bank_conflicts", text(line.bank_conflicts)},
           {"divergent_requests", text(line.divergent_requests)}}};
}

}  // namespace

bool counting() {
  return std::getenv("GRIDSTRIDE_RUN_COUNT") != nullptr;
}

void count_launch(const std::string& name, const std::function<void()>& launch) {
  const Counts counts = simulator::count(launch);
  if (counts.launches.empty()) return;  // refused
  auto kernel = std::find_if(kernels().begin(), kernels().end(), [&](const Kernel& k) { return k.name == name; });
  if (kernel == kernels().end()) kernel = kernels().insert(kernel, {name, {}});
  add(kernel->counts, counts);
}

void record_counts() {
  if (!recording()) return;
  for (Kernel& kernel : kernels()) {
    record(entry_of(kernel));
    std::vector<LineCounts>& lines = kernel.counts.lines;
    std::sort(lines.begin(), lines.end(), [](const LineCounts& a, const LineCounts& b) {
      return std::tie(a.file, a.line) < std::tie(b.file, b.line);
    });
    for (const LineCounts& line : lines) record(entry_of(kernel, line));
    for (const LineCounts& line : lines) record_notes(line);
  }
}

}  // namespace gs::textbook
