// reports.h - the runtime's reports and its registry of device memory, for the race checker.
#pragma once
#include <cstdint>
#include <vector>

#include "kernels/sim/simulator.h"

namespace gs::simulator {

void add_report(Report);

/// A registered range of device memory.
struct MemoryRange {
  std::uintptr_t begin, end;
};

/// All registered ranges, sorted.
std::vector<MemoryRange> registered_memory();

/// Changes whenever a range is registered or removed, so that lookups can be cached.
std::uint64_t registry_version();

}  // namespace gs::simulator
