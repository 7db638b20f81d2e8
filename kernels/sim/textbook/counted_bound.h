// counted_bound.h - the counts of a kernel, held against a GPU.
#pragma once
#include <string>

#include "kernels/sim/counts.h"

namespace gs::textbook {

/// The lines of bound.h for the GPU that GRIDSTRIDE_RUN_GPU names, or the usual one. `counts`: of one kernel.
std::string bound_of(const simulator::Counts& counts);

/// If the program keeps a record, the entry "cost": name, launches, barriers, requests, sectors, shared_requests,
/// bank_conflicts, divergent_requests, touched_sectors of the kernel's launches together; block_threads and
/// shared_bytes (static and dynamic) of the block of its largest launch.
void record_cost(const std::string& name, const simulator::Counts& counts);

}  // namespace gs::textbook
