// device_name.h - what --device may say.
#pragma once
#include <string>

namespace gs {

/// "auto", "cpu", "sim", "cuda", "cuda:N" or "ptx", taken apart.
struct DeviceName {
  std::string kind;          ///< without the number
  bool interpreted = false;  ///< "ptx": the kind cuda, with nvcc's kernels interpreted
  int gpu = 0;               ///< N: among the GPUs that CUDA_VISIBLE_DEVICES leaves visible, the first is 0
};

/// The error in the word, as the end of "--device ..."; empty if there is none.
std::string device_name_error(const std::string& text);

/// Throws UsageError with "--device ..." where the word is none.
DeviceName parse_device_name(const std::string& text);

}  // namespace gs
