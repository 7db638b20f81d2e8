// reports.h - the runtime's list of findings and its registry of device memory, as the race checker sees them.
#pragma once
#include <cstdint>
#include <vector>

#include "kernels/sim/simulator.h"

namespace gs::simulator {

void add_report(Report);

/// A registered piece of device memory.
struct MemoryRange {
  std::uintptr_t begin, end;
};

/// All of them, sorted.
std::vector<MemoryRange> registered_memory();

/// Changes whenever a range is registered or forgotten, so that answers may be cached.
std::uint64_t registry_version();

}  // namespace gs::simulator
