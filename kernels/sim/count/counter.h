// counter.h - collects the accesses of instrumented kernels and groups them into requests (kernels/sim/counts.h).
#pragma once
#include <cstddef>

#include "kernels/sim/block.h"
#include "kernels/sim/check/checker.h"

namespace gs::simulator::counting {

/// Counts an access (see check::access). Only while this OS thread counts.
void access(const void* address, std::size_t bytes, check::Kind, const void* return_address);

/// The running thread enters a basic block. Only while this OS thread counts.
void enter_block(const void* return_address);

}  // namespace gs::simulator::counting
