// kernel_tracer.h - what a device records of its kernels while they run. On cuda: CUPTI's activity records.
#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace gs {

/// One kernel, copy or fill as the device recorded it.
struct KernelRecord {
  std::string name;                 ///< a kernel's name as the compiler mangled it; "[copy]" or "[fill]"
  int call = -1;                    ///< which of the captured calls it belongs to (GraphCall, by index); -1: not known
  double start_us = 0, end_us = 0;  ///< on the clock of now_us(); both 0: the device did not say
  std::array<unsigned, 3> grid{1, 1, 1}, block{1, 1, 1};
  std::size_t shared_bytes = 0;  ///< static and dynamic, of a block
  int registers = 0;             ///< of a thread
  double occupancy = 0;          ///< resident warps / most resident warps of an SM; 0: unknown
};

/// What an SM has, as far as it limits how many blocks are resident.
struct SmLimits {
  int major = 0, minor = 0;  ///< compute capability
  int threads_per_block = 0, threads = 0;
  int registers_per_block = 0, registers = 0;
  std::size_t shared_bytes_per_block = 0, shared_bytes_per_block_most = 0, shared_bytes = 0, shared_bytes_reserved = 0;
  int sms = 0;
};

/// Made by Device::trace_kernels(). Between start() and stop() everything that the process runs on the device is
/// recorded; outside, nothing is, and kernels run as fast as ever.
class KernelTracer {
 public:
  virtual ~KernelTracer() = default;
  virtual void start() = 0;
  virtual std::vector<KernelRecord> stop() = 0;  ///< the device must be idle
  virtual double now_us() = 0;                   ///< the host's time on the records' clock
  /// Told by the device: what is captured from now on belongs to this call. -1: to none.
  virtual void capturing(int call) = 0;
};

}  // namespace gs
