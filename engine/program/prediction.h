// prediction.h - lower bound for the time of a training step on a GPU, to compare measurements with.
#pragma once
#include <vector>

#include "engine/program/plan.h"

namespace gs {

/// Peaks of a GPU that the bound needs.
struct GpuPeaks {
  double bytes_per_us = 0;  ///< device memory
  double flops_per_us = 0;  ///< a multiply-add counts as two
  double kernel_us = 0;     ///< least time from the start of a kernel in a graph to the start of a dependent one
};

/// NVIDIA H200. Memory: 4.3 TB/s as reached by copies (data sheet: 4.8). fp32: 60 TFLOP/s (data sheet: 132 SMs x 128
/// lanes x 2 x 1.98 GHz = 67). Tensor cores, data sheet: 495 TFLOP/s in tf32, 989 in bf16. 1.3 us per dependent kernel
/// in a CUDA graph (Hopper).
inline constexpr GpuPeaks h200_fp32{4.3e6, 60e6, 1.3}, h200_tf32{4.3e6, 495e6, 1.3}, h200_bf16{4.3e6, 989e6, 1.3};

struct Prediction {
  /// Critical-path cost of one more iteration in the same launch. A call costs its kernel starts plus the longer of its
  /// bytes and its operations.
  double chain_us = 0;
  double chain_kernels = 0;  ///< likewise in kernels, for the chain with the most kernels
  double bytes_us = 0;       ///< all bytes of the step at the memory peak
  double flops_us = 0;       ///< all operations at the compute peak
  /// The largest of the three times. Holds if tensors leave the caches; those of a small network do not.
  double bound_us() const;
};

/// `kernels`: one count per call, as from Program::kernels_of_calls().
Prediction predict(const std::vector<OpCall>&, const std::vector<int>& kernels, const GpuPeaks&, const Conflicts&);

}  // namespace gs
