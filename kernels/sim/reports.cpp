// reports.cpp - findings and the registry of device memory. Without the checker nothing is ever reported.
#include "kernels/sim/reports.h"

#include <iterator>
#include <map>
#include <mutex>
#include <utility>

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

std::optional<MemoryRange> range_at_or_below(std::uintptr_t address) {
  std::lock_guard lock(state().mutex);
  auto above = state().ranges.upper_bound(address);
  if (above == state().ranges.begin()) return std::nullopt;
  const auto& [begin, end] = *std::prev(above);
  return MemoryRange{begin, end};
}

std::uint64_t registry_version() {
  std::lock_guard lock(state().mutex);
  return state().version;
}

}  // namespace gs::simulator
