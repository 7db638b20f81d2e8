// counting.cpp - sums the counts of a kernel's launches, and records them by source line.
#include "kernels/sim/textbook/counting.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "kernels/sim/count/fused.h"
#include "kernels/sim/counts.h"
#include "kernels/sim/textbook/record.h"

namespace gs::textbook {
namespace {

using simulator::CountedLaunch;
using simulator::Counts;
using simulator::LineCounts;
using simulator::RequestCounts;
using simulator::counting::FusedLine;
using simulator::counting::Fuser;

struct Kernel {
  std::string name;
  Counts counts;
  std::map<std::pair<std::string, unsigned>, FusedLine> fused;  ///< by file and line
};
std::vector<Kernel>& kernels() {
  static auto* kernels = new std::vector<Kernel>;  // never destroyed: written at the end of the program
  return *kernels;
}

/// The widths of the machine code's accesses, by file, line, "shared" and "store" as the entries have them.
using MachineCode = std::map<std::array<std::string, 4>, unsigned>;

/// The machine code that GRIDSTRIDE_RUN_MACHINE_CODE names, or null.
const MachineCode* machine_code() {
  static const MachineCode* const code = [] {
    const char* const file = std::getenv("GRIDSTRIDE_RUN_MACHINE_CODE");
    if (!file) return static_cast<MachineCode*>(nullptr);
    auto* const read = new MachineCode;  // never destroyed: asked for at the end of the program
    std::ifstream stream(file, std::ios::binary);
    for (const Entry& entry : entries_of(std::string(std::istreambuf_iterator<char>(stream), {})))
      (*read)[{entry["file"], entry["line"], entry["shared"], entry["store"]}] =
          unsigned(std::strtoul(entry["widths"].c_str(), nullptr, 10));
    return read;
  }();
  return code;
}

simulator::counting::Widths widths() {
  if (!machine_code()) return nullptr;
  return [](const std::string& file, unsigned line, bool shared, bool store) {
    const auto found =
        machine_code()->find({file, std::to_string(line), std::to_string(shared), std::to_string(store)});
    return found == machine_code()->end() ? 0 : found->second;
  };
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

void note(const LineCounts& line, const char* code, const std::string& what, const char* advice) {
  simulator::Explanation explanation;
  explanation.code = code;
  explanation.file = line.file;
  explanation.line = line.line;
  explanation.what = "line " + std::to_string(line.line) + ": " + what;
  explanation.advice = advice;
  record(finding(explanation, "note"));
}

bool meets_in_banks(const RequestCounts& counts) {
  return counts.shared_requests > 0 && counts.bank_conflicts >= counts.shared_requests;
}

/// About what the machine does, if its code is known; else about what is written, without conflicts of banks that a
/// compiler takes away.
void record_notes(const LineCounts& line, const FusedLine& fused) {
  const auto& counts = machine_code() ? static_cast<const RequestCounts&>(fused) : line;
  const std::int64_t ideal = counts.sectors - counts.wasted_sectors, all = counts.requests + counts.shared_requests;
  const std::int64_t turns = machine_code() ? fused.least_turns : fused.least_turns_written;
  const bool diverges = all > 0 && 2 * counts.divergent_requests >= all;  // lanes that wait leave gaps
  if (!diverges && ideal > 0 && counts.sectors >= 2 * ideal)
    note(line, "M20",
         "a request touches " + quotient(counts.sectors, counts.requests) + " sectors where " +
             quotient(ideal, counts.requests) + " would hold its bytes: " + quotient(counts.sectors, ideal) +
             " times the traffic",
         "Neighbouring threads should touch neighbouring elements: threadIdx.x moves the index by 1");
  if (meets_in_banks(counts) && meets_in_banks(fused))
    note(line, "M21",
         "the lanes of a warp meet in a bank: " + quotient(counts.bank_conflicts + turns, counts.shared_requests) +
             " turns instead of " + quotient(turns, counts.shared_requests),
         "Probably the rows of the array are a multiple of 32 words: one more word moves each row to the next bank");
  if (diverges)
    note(line, "M22",
         "in " + std::to_string(100 * counts.divergent_requests / all) + " % of the requests a part of the warp waits",
         "Only where the branch depends on the lane");
}

std::int64_t threads(simulator::dim3 extent) {
  return std::int64_t(extent.x) * extent.y * extent.z;
}

/// Its block decides about occupancy.
const CountedLaunch& largest_launch(const Counts& counts) {
  return *std::max_element(counts.launches.begin(), counts.launches.end(), [](auto& a, auto& b) {
    return threads(a.grid) * threads(a.block) < threads(b.grid) * threads(b.block);
  });
}

Entry entry_of(const Kernel& kernel) {
  const Counts& counts = kernel.counts;
  const CountedLaunch& largest = largest_launch(counts);
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
           {"requests", text(counts.requests)},
           {"sectors", text(counts.sectors)},
           {"shared_requests", text(counts.shared_requests)},
           {"bank_conflicts", text(counts.bank_conflicts)},
           {"divergent_requests", text(counts.divergent_requests)},
           {"touched_sectors", text(counts.touched_sectors)},
           {"block_threads", text(threads(largest.block))},
           {"shared_bytes", text(counts.static_shared_bytes + largest.shared_bytes)},
           {"cut_apart", text(int(counts.cut_apart))},
           {"machine_code", text(int(machine_code() != nullptr))}}};
}

void add_counts(Entry& to, const std::string& prefix, const RequestCounts& counts) {
  const auto set = [&](const char* field, std::int64_t value) { to.fields[prefix + field] = std::to_string(value); };
  set("requests", counts.requests);
  set("sectors", counts.sectors);
  set("ideal", counts.sectors - counts.wasted_sectors);
  set("shared_requests", counts.shared_requests);
  set("bank_conflicts", counts.bank_conflicts);
  set("divergent_requests", counts.divergent_requests);
}

Entry entry_of(const Kernel& kernel, const LineCounts& line, const FusedLine& fused) {
  Entry entry{"line",
              {{"kernel", kernel.name},
               {"file", line.file},
               {"line", std::to_string(line.line)},
               {"certain", std::to_string(fused.certain)}}};
  add_counts(entry, "", line);
  add_counts(entry, "fused_", fused);
  return entry;
}

}  // namespace

bool counting() {
  return std::getenv("GRIDSTRIDE_RUN_COUNT") != nullptr;
}

void count_launch(const std::string& name, const std::function<void()>& launch) {
  Fuser fuser(widths());
  const Counts counts = simulator::count(launch);
  if (counts.launches.empty()) return;  // refused
  auto kernel = std::find_if(kernels().begin(), kernels().end(), [&](const Kernel& k) { return k.name == name; });
  if (kernel == kernels().end()) kernel = kernels().insert(kernel, {name, {}});
  add(kernel->counts, counts);
  for (const FusedLine& line : fuser.take()) {
    const auto [at, is_new] = kernel->fused.try_emplace({line.file, line.line}, line);
    if (is_new) continue;
    at->second += line;
    at->second.least_turns += line.least_turns;
    at->second.least_turns_written += line.least_turns_written;
    at->second.certain = at->second.certain && line.certain;
  }
}

void record_counts() {
  if (!recording()) return;
  for (Kernel& kernel : kernels()) {
    record(entry_of(kernel));
    std::vector<LineCounts>& lines = kernel.counts.lines;
    std::sort(lines.begin(), lines.end(), [](const LineCounts& a, const LineCounts& b) {
      return std::tie(a.file, a.line) < std::tie(b.file, b.line);
    });
    for (const LineCounts& line : lines) record(entry_of(kernel, line, kernel.fused[{line.file, line.line}]));
    for (const LineCounts& line : lines) record_notes(line, kernel.fused[{line.file, line.line}]);
  }
}

}  // namespace gs::textbook
