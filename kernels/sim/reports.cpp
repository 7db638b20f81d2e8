// reports.cpp - findings and the registry of device memory. Without the checker nothing is ever reported.
#include "kernels/sim/reports.h"

#include <map>
#include <mutex>
#include <utility>

#include "kernels/sim/block.h"

namespace gs::simulator {
namespace {

struct State {
  std::mutex mutex;
  std::vector<Report> reports;
  std::map<std::uintptr_t, std::uintptr_t> ranges;  // begin -> end
  std::uint64_t version = 0;
};
State& state() {
  static State* state = new State;  // never destroyed: device memory with static storage may outlive it otherwise
  return *state;
}

}  // namespace

void add_report(Report report) {
  std::lock_guard lock(state().mutex);
  state().reports.push_back(std::move(report));
}

std::vector<Report> take_reports() {
  if (checker_hooks) checker_hooks->collect();
  std::lock_guard lock(state().mutex);
  return std::exchange(state().reports, {});
}

void register_memory(const void* memory, std::size_t bytes) {
  std::lock_guard lock(state().mutex);
  const auto begin = reinterpret_cast<std::uintptr_t>(memory);
  state().ranges[begin] = begin + bytes;
  state().version++;
}

void unregister_memory(const void* memory) {
  std::lock_guard lock(state().mutex);
  state().ranges.erase(reinterpret_cast<std::uintptr_t>(memory));
  state().version++;
}

std::vector<MemoryRange> registered_memory() {
  std::lock_guard lock(state().mutex);
  std::vector<MemoryRange> ranges;
  for (const auto& [begin, end] : state().ranges) ranges.push_back({begin, end});
  return ranges;
}

std::uint64_t registry_version() {
  std::lock_guard lock(state().mutex);
  return state().version;
}

}  // namespace gs::simulator
