// roof.h - what this machine can do at best, measured in the process that compares kernels with it.
#pragma once
#include <string>

namespace gs {

/// Rates that no kernel beats. 0: not measured, because the device has no such thing.
struct Roof {
  double copy_bytes_per_s = 0;  ///< read and written, by a copy too large for the caches
  double fp32_flops_per_s = 0;  ///< multiply-adds count two; cpu: vector FMA, cuda: cuBLASLt's best square product
  double tf32_flops_per_s = 0, bf16_flops_per_s = 0;  ///< tensor cores
  double stream_launch_us = 0;                        ///< from one tiny dependent kernel to the next, in a stream
  double graph_launch_us = 0;                         ///< the same inside a graph
  std::string machine;                                ///< the device's description
  std::string date;                                   ///< UTC, when it was measured
  bool measured_now = false;                          ///< false: read from the cache (--roof cached)
};

}  // namespace gs
