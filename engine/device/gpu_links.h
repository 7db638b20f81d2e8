// gpu_links.h - how the GPUs of this machine are connected.
#pragma once
#include <string>
#include <vector>

namespace gs {

/// The fastest way between the memories of two GPUs.
enum class GpuPath {
  nvlink,  ///< direct, and with atomics
  pcie,    ///< direct
  host     ///< by way of the host's memory
};

struct GpuPair {
  int first = 0, second = 0;  ///< first < second, numbered as in cuda:N
  GpuPath path = GpuPath::host;
};

struct GpuLinks {
  std::vector<GpuPair> pairs;  ///< all of them
  std::vector<int> nvlinks;    ///< active links of each GPU, to other GPUs or a switch; empty if NVML does not say
};

/// Asks the driver, and NVML for the numbers of NVLinks, without loading CUDA. Never throws; empty with fewer than two
/// GPUs.
GpuLinks gpu_links();

/// "NVLink (18 a GPU): 0-1, 2-3; PCIe: 0-2, 0-3, 1-2, 1-3"; if all pairs have one path, "NVLink (18 a GPU) between
/// all".
std::string text_of(const GpuLinks&);

}  // namespace gs
