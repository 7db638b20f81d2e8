// cupti.h - settings of the simulated CUPTI for behaviour that NVIDIA does not document.
#pragma once
#include <cstddef>

namespace gs::simulated_cuda {

/// True: records carry the id of the executable graph's node; false: that of the captured node it was cloned from.
extern bool records_carry_clones;
/// Number of dropped records that cuptiActivityGetNumDroppedRecords() reports at its next call.
extern std::size_t lost_records;

}  // namespace gs::simulated_cuda
