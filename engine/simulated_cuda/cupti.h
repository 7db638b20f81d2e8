// cupti.h - how the simulated CUPTI behaves where NVIDIA does not say.
#pragma once
#include <cstddef>

namespace gs::simulated_cuda {

/// Do records carry the id of the executable graph's node, or that of the node it was made from?
extern bool records_carry_clones;
/// How many records the next buffer lacks.
extern std::size_t lost_records;

}  // namespace gs::simulated_cuda
