// gpus.h - eight GPUs by name, with the numbers of their data sheets.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kernels/common/occupancy.h"

namespace gs::textbook {

struct Gpu {
  std::string_view name;
  int compute;          ///< 86 for compute capability 8.6
  int multiprocessors;  ///< SMs
  int boost_mhz;        ///< the highest clock
  double fp32_tflops;   ///< 10^12 operations a second, a multiplication and an addition being two; no tensor cores
  double gigabytes;     ///< a second, between the GPU and its memory; 10^9 bytes
  std::string_view source;

  const Multiprocessor& multiprocessor() const { return *gs::multiprocessor(compute); }
};

const std::vector<Gpu>& gpus();

/// By its name, in any case, with or without spaces: "RTX 4060", "rtx4060". nullptr if it is not in the table.
const Gpu* gpu_named(std::string_view name);
const Gpu& usual_gpu();

/// "T4, A100, ..."
std::string gpu_names();

}  // namespace gs::textbook
