// gpu_exchanges.h - sums and all-gathers over the GPUs of several ranks, as work of a stream: NCCL's.
#pragma once
#include <cstddef>

#include "kernels/common/target.h"

namespace gs {

class GpuExchanges {
 public:
  virtual ~GpuExchanges() = default;

  // sum() and gather() are enqueued on the stream, or captured. All ranks make the same calls in the same order, and
  // capture the same ones. Each throws gs::Error, as after abort().

  /// values[i] = sum over all ranks of their values[i], [count]; all ranks get the same bits.
  virtual void sum(float* values, std::size_t count, stream_t) = 0;
  /// all[rank * count + i] = own[i] of that rank, [ranks, count]. The two do not overlap.
  virtual void gather(const float* own, float* all, std::size_t count, stream_t) = 0;

  /// Throws gs::Error if one of them has failed.
  virtual void check() = 0;
  /// Ends those that are under way or enqueued, without a result, soon: it does not wait for them. For the case that
  /// a rank is gone, for which they would wait. The destructor then waits until no graph holds one.
  virtual void abort() noexcept = 0;
};

}  // namespace gs
