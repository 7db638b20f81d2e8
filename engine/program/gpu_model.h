// gpu_model.h - the figures of a GPU that bounds are computed from.
#pragma once
#include "engine/net/recipe.h"
#include "kernels/common/occupancy.h"

namespace gs {

struct GpuModel {
  double bytes_per_us;                                  ///< of device memory
  double fp32_flops_per_us;                             ///< a multiply-add counts as two
  double tf32_flops_per_us, bf16_flops_per_us;          ///< tensor cores, as a library's kernels (wgmma) reach them
  double own_tf32_flops_per_us, own_bf16_flops_per_us;  ///< likewise, by mma.sync, which our kernels use
  double kernel_us;     ///< least time from the start of a kernel in a graph to the start of a dependent one
  int multiprocessors;  ///< SMs
  int schedulers;       ///< of an SM; each issues at most one warp instruction a cycle
  double cycles_per_us;
  const Multiprocessor* multiprocessor;  ///< limits on the blocks that an SM holds
};

/// NVIDIA H200. Memory: 4.3 TB/s as reached by copies (data sheet: 4.8). fp32: 60 TFLOP/s (data sheet: 132 SMs x 128
/// lanes x 2 x 1.98 GHz = 67). Tensor cores, data sheet: 495 TFLOP/s in tf32, 989 in bf16; mma.sync reaches 63 % of
/// them (Luo et al. 2024, arXiv 2402.13499). 1.3 us per dependent kernel in a CUDA graph (Hopper). Clock under load.
const GpuModel& h200();

}  // namespace gs
