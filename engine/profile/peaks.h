// peaks.h - the peaks of a machine, measured in the process that compares kernels with them.
#pragma once
#include <string>

namespace gs {

/// Highest measured rates. 0: not measured, because the device lacks the unit.
struct Peaks {
  double copy_bytes_per_s = 0;                        ///< bytes read + written, by a copy too large for the caches
  double fp32_flops_per_s = 0;                        ///< an FMA counts 2; by FMA chains, without tf32 also by cuBLASLt
  double tf32_flops_per_s = 0, bf16_flops_per_s = 0;  ///< tensor cores
  double stream_launch_us = 0;                        ///< from one tiny kernel to a dependent one, in a stream
  double graph_launch_us = 0;                         ///< likewise inside a graph
  std::string machine;                                ///< the device's description
  std::string date;                                   ///< of the measurement, UTC
  bool measured_now = false;                          ///< false: read from the cache (--peaks cached)
};

}  // namespace gs
