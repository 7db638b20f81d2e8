// gather_gpu_facts.cpp - queries Linux, the driver and the CUDA module. Needs no CUDA header.
#include <dlfcn.h>

#include <filesystem>
#include <fstream>

#include "engine/core/message_of.h"
#include "engine/device/gpu_facts.h"
#include "engine/device/load_cuda.h"

namespace gs {
namespace {

std::string first_line(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

/// True if the PCI bus has an NVIDIA (vendor 0x10de) display or 3D controller (class 0x03....).
bool nvidia_gpu_on_bus() {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/sys/bus/pci/devices", error))
    if (first_line(entry.path() / "vendor") == "0x10de" && first_line(entry.path() / "class").rfind("0x03", 0) == 0)
      return true;
  return false;
}

/// Driver release: the first word of digits and dots in
/// "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.65.06  Sun ...".
std::string driver_release() {
  std::ifstream in("/proc/driver/nvidia/version");
  for (std::string word; in >> word;)
    if (word.find('.') != word.npos && word.find_first_not_of("0123456789.") == word.npos) return word;
  return "";
}

}  // namespace

CudaFacts cuda_facts() {
  CudaFacts f;
  f.gpu_on_bus = nvidia_gpu_on_bus();
  f.driver_release = driver_release();
  f.visible_devices = visible_devices();
  const DriverState driver = ask_driver();
  f.driver_library = driver.library;
  f.driver_cuda = driver.cuda;
  f.start_error = driver.start_error;
#if GRIDSTRIDE_WITH_CUDA
  f.built = true;
  f.architectures = GRIDSTRIDE_CUDA_ARCHITECTURES;
  try {
    ask_cuda_module(f);
  } catch (const std::exception& error) {
    f.module_error = message_of(error);
  }
  // The driver lists the GPUs even if the runtime cannot start (an old driver, a module that does not load).
  if (f.gpus.empty())
    for (const DriverGpu& gpu : driver.gpus)
      f.gpus.push_back({.name = gpu.name, .major = gpu.major, .minor = gpu.minor});
#else
  f.why_not_built = GRIDSTRIDE_WHY_NO_CUDA;
#endif
  return f;
}

}  // namespace gs
