// kernel_tracer.h - records of a device's kernels while they run; on cuda, CUPTI's activity records.
#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace gs {

/// Record of one kernel, copy or fill.
struct KernelRecord {
  std::string name;                 ///< a kernel's name as the compiler mangled it; "[copy]" or "[fill]"
  int call = -1;                    ///< index of the captured GraphCall it belongs to; -1: unknown
  double start_us = 0, end_us = 0;  ///< on the clock of now_us(); both 0: not recorded
  std::array<unsigned, 3> grid{1, 1, 1}, block{1, 1, 1};
  std::size_t shared_bytes = 0;  ///< per block, static and dynamic
  int registers = 0;             ///< per thread
  double occupancy = 0;          ///< resident warps / most resident warps of an SM; 0: unknown
};

/// Resources of an SM that limit the number of resident blocks.
struct SmLimits {
  int major = 0, minor = 0;  ///< compute capability
  int threads_per_block = 0, threads = 0;
  int registers_per_block = 0, registers = 0;
  std::size_t shared_bytes_per_block = 0, shared_bytes_per_block_most = 0, shared_bytes = 0, shared_bytes_reserved = 0;
  int sms = 0;
};

/// Made by Device::trace_kernels(). Records all kernels, copies and fills of the process on the device between start()
/// and stop(). Kernels are not slowed down outside that interval.
class KernelTracer {
 public:
  virtual ~KernelTracer() = default;
  virtual void start() = 0;
  virtual std::vector<KernelRecord> stop() = 0;  ///< the device must be idle
  virtual double now_us() = 0;                   ///< the host's time on the records' clock
  /// Called by the device: nodes captured from now on belong to this call; -1: to none.
  virtual void capturing(int call) = 0;
};

}  // namespace gs
