// gpu_sums.h - sums over the GPUs of several ranks, as work of a stream: NCCL's.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>

#include "engine/ranks/ranks.h"
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
  /// Ends the sums that are under way or enqueued, without a result. For the case that a rank is gone: they would wait
  /// for it.
  virtual void abort() noexcept = 0;
};

/// Each rank calls it; the calling thread's GPU is the rank's. Captured sums must be destroyed before the result is.
/// Throws gs::Error if NCCL is missing, if two ranks have one GPU, or if a rank has failed meanwhile.
std::unique_ptr<GpuSums> join_gpus(Ranks&);

}  // namespace gs
