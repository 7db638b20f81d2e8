// device_name.h - the names that --device accepts.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace gs {

/// "auto", "cpu", "sim", "cuda", "cuda:N" or "ptx", parsed.
struct DeviceName {
  std::string kind;          ///< without the number
  bool interpreted = false;  ///< "ptx": the kind cuda, with nvcc's kernels interpreted
  int gpu = 0;               ///< N, counted from 0 among the GPUs that CUDA_VISIBLE_DEVICES leaves visible
};

/// Error message without its start, "--device "; empty if the name is valid.
std::string device_name_error(const std::string& text);

/// True for a list of GPUs, valid or not: "cuda:0,1", "cuda:all".
bool names_several_gpus(const std::string& text);

/// For one process that reads a run of several: "cuda" in place of a list, anything else as it is.
std::string for_one_process(const std::string& text);

/// Throws UsageError, "--device ...", if the name is invalid.
DeviceName parse_device_name(const std::string& text);

/// Numbers of the GPUs in "cuda:0,2"; empty for "cuda:all"; nullopt for the name of one device. Throws UsageError,
/// "--device ...", if the list is invalid.
std::optional<std::vector<int>> parse_gpu_list(const std::string& text);

/// Like device_name_error(), for a flag that takes lists of GPUs as well.
std::string device_list_error(const std::string& text);

}  // namespace gs
