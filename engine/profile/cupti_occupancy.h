// cupti_occupancy.h - how many warps of a kernel are resident on an SM, by the toolkit's own calculator. Needs no GPU.
#pragma once
#include "engine/device/kernel_tracer.h"

namespace gs {

/// Resident warps / most resident warps. 0 where such a kernel cannot run there, or the SM is not known.
double occupancy(const SmLimits&, int threads_per_block, int registers, std::size_t static_shared_bytes,
                 std::size_t dynamic_shared_bytes);

}  // namespace gs
