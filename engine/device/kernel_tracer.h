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
  double start_us = 0, end_us = 0;  ///< on the clock of now_us()
  std::array<unsigned, 3> grid{1, 1, 1}, block{1, 1, 1};
  std::size_t shared_bytes = 0;  ///< static and dynamic, of a block
  int registers = 0;             ///< of a thread
  double occupancy = 0;          ///< resident warps / most resident warps of an SM
};

class KernelTracer {
 public:
  virtual ~KernelTracer() = default;
  virtual double now_us() = 0;                   ///< the host's time on the records' clock
  virtual std::vector<KernelRecord> take() = 0;  ///< those since the last call; waits for the device
};

}  // namespace gs
