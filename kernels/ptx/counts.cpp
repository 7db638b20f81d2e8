// counts.cpp - records launches while a LaunchCounter exists; sums instructions by source line.
#include "kernels/ptx/counts.h"

#include <algorithm>
#include <map>
#include <mutex>

namespace gs::ptx {
namespace {

std::mutex mutex;
LaunchCounter* current = nullptr;

}  // namespace

LaunchCounter::LaunchCounter() {
  const std::lock_guard lock(mutex);
  require(current == nullptr, "instructions are counted already");
  current = this;
}
LaunchCounter::~LaunchCounter() {
  const std::lock_guard lock(mutex);
  current = nullptr;
}

bool launches_are_counted() {
  const std::lock_guard lock(mutex);
  return current != nullptr;
}

void note_launch(const Launch& launch, const Counts& counts) {
  const std::lock_guard lock(mutex);
  if (current)
    current->launches_.push_back(
        {launch.module, launch.kernel, launch.grid, launch.block, launch.dynamic_shared_bytes, counts});
}

std::vector<LineInstructions> instructions_by_line(const std::vector<CountedLaunch>& launches) {
  std::map<std::pair<const Module*, SourceLine>, std::uint64_t> by_line;
  for (const CountedLaunch& launch : launches)
    for (std::size_t i = 0; i < launch.counts.executed.size(); ++i)
      if (launch.counts.executed[i] > 0) by_line[{launch.module, launch.kernel->lines[i]}] += launch.counts.executed[i];
  std::map<std::string, std::uint64_t> by_place;  // several modules may contain a header's line
  for (const auto& [line, count] : by_line) by_place[line.first->place(line.second)] += count;
  std::vector<LineInstructions> lines;
  for (const auto& [place, count] : by_place) lines.push_back({place, count});
  std::ranges::stable_sort(lines, std::greater{}, &LineInstructions::warp_instructions);
  return lines;
}

}  // namespace gs::ptx
