// gpu_choice.cpp - compares the driver's facts with the build; a mismatch is a one-line reason.
#include "engine/device/gpu_choice.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "engine/device/gpu_facts.h"

namespace gs {

int needed_driver(int built_cuda) {
  return std::max(built_cuda / 1000 * 1000, 12040);
}

std::string gpu_words(int number, const DriverGpu& gpu) {
  return fmt::format("GPU {} ({}, compute capability {}.{})", number, gpu.name, gpu.major, gpu.minor);
}

std::string build_for(const std::string& architectures, const DriverGpu& gpu) {
  std::string all = architectures + (architectures.empty() ? "" : ";") + std::to_string(10 * gpu.major + gpu.minor);
  std::replace(all.begin(), all.end(), ' ', ';');
  return fmt::format("cmake -DCMAKE_CUDA_ARCHITECTURES='{}' build && ninja -C build", all);
}

std::string misfit(const std::string& architectures, const DriverGpu& gpu) {
  if (10 * gpu.major + gpu.minor < oldest_gpu)
    return fmt::format("it is too old: the kernels need compute capability {}.{} or newer", oldest_gpu / 10,
                       oldest_gpu % 10);
  if (fit(architectures, gpu.major, gpu.minor) != Fit::no) return "";
  return fmt::format("this build has code for {} only; to build for it: {}", architectures,
                     build_for(architectures, gpu));
}

std::string why_not_gpu(const DriverState& driver, const CudaBuild& build, int number, const std::string& visible) {
  if (!driver.library) return "this machine has no NVIDIA driver (libcuda.so.1)";
  if (driver.cuda == 0) return "the NVIDIA driver does not report its CUDA version: please install a newer one";
  const auto too_old = [&](int needed, const std::string& what) {
    return fmt::format("the NVIDIA driver supports CUDA {}, {} needs {}: please install a newer driver",
                       cuda_version_text(driver.cuda), what, cuda_version_text(needed));
  };
  if (driver.cuda < needed_driver(build.cuda)) return too_old(needed_driver(build.cuda), "this build");
  constexpr int no_gpu = 100;
  if (driver.start_error != 0 && driver.start_error != no_gpu)
    return fmt::format("the NVIDIA driver does not start (cuInit: error {}); gridstride devices says more",
                       driver.start_error);
  const int count = int(driver.gpus.size());
  const bool hides = visible != "unset";
  if (count == 0)
    return "this machine has no GPU that CUDA can use" +
           (hides ? fmt::format(" (CUDA_VISIBLE_DEVICES is '{}')", visible) : "");
  if (number >= count)
    return fmt::format("there {} that CUDA can use, {} (CUDA_VISIBLE_DEVICES is {})",
                       count == 1 ? "is one GPU" : fmt::format("are {} GPUs", count),
                       count == 1 ? "cuda:0" : fmt::format("cuda:0 to cuda:{}", count - 1),
                       hides ? fmt::format("'{}'", visible) : visible);
  const DriverGpu& gpu = driver.gpus[std::size_t(number)];
  if (const std::string why = misfit(build.architectures, gpu); !why.empty())
    return fmt::format("{}: {}", gpu_words(number, gpu), why);
  if (fit(build.architectures, gpu.major, gpu.minor) == Fit::compiled_on_first_use && driver.cuda < build.cuda)
    return too_old(build.cuda, "compiling this build's code for " + gpu_words(number, gpu));
  return "";
}

std::string visible_devices() {
  const char* const value = std::getenv("CUDA_VISIBLE_DEVICES");
  return value ? value : "unset";
}

}  // namespace gs
