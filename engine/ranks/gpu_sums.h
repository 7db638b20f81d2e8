// gpu_sums.h - sums over the GPUs of several ranks, as work of a stream: NCCL's.
#pragma once
#include <cstddef>

#include "kernels/common/target.h"

namespace gs {

class GpuSums {
 public:
  virtual ~GpuSums() = default;

  /// values[i] = sum over all ranks of their values[i], [count]; all ranks get the same bits. Enqueued on the stream,
  /// or captured. All ranks make the same calls in the same order, and capture the same ones. Throws gs::Error, as
  /// after abort().
  virtual void sum(float* values, std::size_t count, stream_t) = 0;
  /// Throws gs::Error if a sum has failed.
  virtual void check() = 0;
  /// Ends the sums that are under way or enqueued, without a result, soon: it does not wait for them. For the case that
  /// a rank is gone, for which they would wait. The destructor then waits until no graph holds a sum.
  virtual void abort() noexcept = 0;
};

}  // namespace gs
