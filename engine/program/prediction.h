// prediction.h - how long a training step should take on a GPU that nobody has yet: a bound to hold measurements
// against.
#pragma once
#include <vector>

#include "engine/program/plan.h"

namespace gs {

/// What a GPU can do, as far as the bound needs it.
struct GpuRoof {
  double bytes_per_us = 0;  ///< of device memory
  double flops_per_us = 0;  ///< a multiply-add counts two
  double kernel_us = 0;     ///< from the start of a kernel in a graph to that of one that depends on it, at least
};

/// NVIDIA H200: 4.8 TB/s on paper, 4.3 TB/s as copies reach; in fp32 132 SMs x 128 lanes x 2 x 1.98 GHz = 67 TFLOP/s on
/// paper, of which 60 stand here; on tensor cores 495 TFLOP/s in tf32 and 989 in bf16 on paper; 1.3 us a dependent
/// kernel in a CUDA graph (Hopper).
inline constexpr GpuRoof h200_fp32{4.3e6, 60e6, 1.3}, h200_tf32{4.3e6, 495e6, 1.3}, h200_bf16{4.3e6, 989e6, 1.3};

struct Prediction {
  /// By how much a further run in the same launch makes the longest chain longer: steps that need one another, each the
  /// sum of its kernels' starts and its bytes or operations, whichever take longer.
  double chain_us = 0;
  double chain_kernels = 0;  ///< the same of the chain with the most kernels, in kernels
  double bytes_us = 0;       ///< all bytes of the step at the roof
  double flops_us = 0;       ///< all operations
  /// No step whose tensors leave the caches can be faster than the largest of the three; a small network's stay there.
  double bound_us() const;
};

/// `kernels` as Program::kernels_of_calls() counts them.
Prediction predict(const std::vector<OpCall>&, const std::vector<int>& kernels, const GpuRoof&, const Conflicts&);

}  // namespace gs
