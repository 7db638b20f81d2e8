// counting.cpp - sums the counts of a kernel's launches, and shows them by source line.
#include "kernels/sim/textbook/counting.h"
#include "kernels/common/grouped.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <tuple>
#include <utility>
#include <vector>

#include "kernels/sim/counts.h"
#include "kernels/sim/textbook/counted_bound.h"
#include "kernels/sim/textbook/messages.h"
#include "kernels/sim/words.h"

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
  to.touched_sectors += counts.touched_sectors;
  to.static_shared_bytes = std::max(to.static_shared_bytes, counts.static_shared_bytes);
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

std::string column(const std::string& text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
}
std::string number(std::int64_t value, std::size_t width) {
  return column(value == 0 ? "" : grouped(value), width);
}

std::string note(const LineCounts& line, const char* code, const std::string& what, const char* advice) {
  simulator::Explanation explanation;
  explanation.code = code;
  explanation.file = line.file;
  explanation.line = line.line;
  explanation.what = "line " + std::to_string(line.line) + ": " + what;
  explanation.advice = advice;
  return text_of(explanation, "note");
}

std::string notes_about(const LineCounts& line) {
  std::string text;
  const std::int64_t ideal = line.sectors - line.wasted_sectors, all = line.requests + line.shared_requests;
  const bool diverges = all > 0 && 2 * line.divergent_requests >= all;  // lanes that wait leave gaps
  if (!diverges && ideal > 0 && line.sectors >= 2 * ideal)
    text += note(line, "M20",
                 "a request touches " + quotient(line.sectors, line.requests) + " sectors where " +
                     quotient(ideal, line.requests) + " would hold its bytes: " + quotient(line.sectors, ideal) +
                     " times the traffic",
                 "Neighbouring threads should touch neighbouring elements: threadIdx.x moves the index by 1");
  if (line.shared_requests > 0 && line.bank_conflicts >= line.shared_requests)
    text += note(
        line, "M21",
        "the lanes of a warp meet in a bank: " +
            quotient(line.bank_conflicts + line.shared_requests, line.shared_requests) + " turns instead of 1",
        "Probably the rows of the array are a multiple of 32 words: one more word moves each row to the next bank");
  if (diverges)
    text += note(
        line, "M22",
        "in " + std::to_string(100 * line.divergent_requests / all) + " % of the requests a part of the warp waits",
        "Only where the branch depends on the lane");
  return text;
}

std::string table_of(const Kernel& kernel) {
  const Counts& counts = kernel.counts;
  const std::size_t launches = counts.launches.size();
  std::string text =
      "\n" + kernel.name + ": " + grouped(std::int64_t(launches)) + (launches == 1 ? " launch" : " launches");
  text += ", " + plural(counts.blocks, "block") + ", " + plural(counts.threads, "thread") + ", " +
          plural(counts.barriers, "barrier") + "\n  global memory: " + plural(counts.loads, "load") + " of " +
          grouped(counts.loaded_bytes) + " bytes, " + plural(counts.stores, "store") + " of " +
          grouped(counts.stored_bytes) + " bytes\n";
  text += "   line  requests   sectors     ideal    shared  bank conflicts  divergent\n";
  std::vector<LineCounts> lines = counts.lines;
  std::sort(lines.begin(), lines.end(), [](const LineCounts& a, const LineCounts& b) {
    return std::tie(a.file, a.line) < std::tie(b.file, b.line);
  });
  std::string notes, file;
  for (const LineCounts& line : lines) {
    if (std::exchange(file, line.file) != line.file && lines.front().file != lines.back().file)
      text += path_from_here(line.file) + "\n";
    std::string row = column(std::to_string(line.line), 7) + number(line.requests, 10) + number(line.sectors, 10) +
                      number(line.sectors - line.wasted_sectors, 10) + number(line.shared_requests, 10) +
                      number(line.bank_conflicts, 16) + number(line.divergent_requests, 11);
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
    notes += notes_about(line);
  }
  if (counts.cut_apart) text += "  Some requests were split, for their lanes did too much between two barriers.\n";
  return text + bound_of(counts) + notes;
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

void write_counts() {
  std::FILE* const file = std::fopen(std::getenv("GRIDSTRIDE_RUN_COUNT"), "w");
  if (!file) return;
  for (const Kernel& kernel : kernels()) {
    std::fputs(table_of(kernel).c_str(), file);
    record_cost(kernel.name, kernel.counts);
  }
  std::fclose(file);
}

}  // namespace gs::textbook
