// cupti_occupancy.h - theoretical occupancy of a kernel, by the CUDA toolkit's calculator. Needs no GPU.
#pragma once
#include "engine/device/kernel_tracer.h"

namespace gs {

/// Resident warps / maximum resident warps of an SM. 0 if the kernel cannot run there or the SM is unknown.
double occupancy(const SmLimits&, int threads_per_block, int registers, std::size_t static_shared_bytes,
                 std::size_t dynamic_shared_bytes);

}  // namespace gs
