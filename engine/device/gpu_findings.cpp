// gpu_findings.cpp - derives findings from facts: each missing or mismatched part, with a remedy.
#include <sstream>

#include <fmt/format.h>

#include "engine/core/parse_number.h"
#include "engine/device/gpu_choice.h"
#include "engine/device/gpu_facts.h"

namespace gs {
namespace {

/// First Linux driver branch that supports this CUDA version; known for CUDA 12 and 13.
std::string driver_for(int cuda) {
  if (cuda / 1000 == 12) return "550 or newer";
  return cuda / 1000 == 13 ? "580 or newer" : fmt::format("one that knows CUDA {}", cuda_version_text(cuda));
}

Finding of_start_error(const CudaFacts& f) {
  const std::string what = fmt::format("the driver does not start (cuInit: error {})", f.start_error);
  switch (f.start_error) {
    case 100:
      if (f.visible_devices != "unset")
        return {fmt::format("CUDA_VISIBLE_DEVICES is '{}' and hides every GPU", f.visible_devices),
                "unset it, or give the number of a GPU (0 is the first)"};
      return {"the driver finds no GPU that CUDA can use",
              "nvidia-smi should list one; in a container, start it with --gpus all"};
    case 802:
      return {what + ": the GPUs' links are not set up",
              "start NVIDIA's fabric manager: systemctl start "
              "nvidia-fabricmanager"};
    case 803:
      return {what + ": the kernel's driver and libcuda.so.1 are of different releases",
              "restart the machine, or install the same release of both"};
    case 804:
      return {what + ": a libcuda.so.1 of CUDA's compatibility package does not support this GPU",
              "take it out of LD_LIBRARY_PATH, and install driver " + driver_for(f.built_cuda)};
    default:
      return {what, "nvidia-smi may say more; restarting the machine often helps"};
  }
}

void judge_gpus(const CudaFacts& f, std::vector<Finding>& list) {
  for (std::size_t i = 0; i < f.gpus.size(); ++i) {
    const DriverGpu gpu{f.gpus[i].name, f.gpus[i].major, f.gpus[i].minor};
    const std::string who = gpu_words(int(i), gpu), build = build_for(f.architectures, gpu);
    if (gpu.major * 10 + gpu.minor < oldest_gpu)
      list.push_back({fmt::format("{}: {}", who, misfit(f.architectures, gpu)), "--device cpu trains without it"});
    else if (const Fit how = fit(f.architectures, gpu.major, gpu.minor); how == Fit::no)
      list.push_back({fmt::format("{}: this build has code for {} only", who, f.architectures), build});
    else if (how == Fit::compiled_on_first_use)
      list.push_back({fmt::format("{}: its driver compiles this build's code ({}) at the first start, which takes a "
                                  "while",
                                  who, f.architectures),
                      "to avoid that, build for it: " + build});
  }
}

}  // namespace

std::vector<Finding> findings(const CudaFacts& f) {
  std::vector<Finding> list;
  if (!f.gpu_on_bus && !f.driver_library) {
    list.push_back({"no NVIDIA GPU and no driver found",
                    "--device cpu trains without one, --device sim shows the "
                    "kernels"});
    if (!f.built) return list;
  } else if (!f.driver_library) {
    list.push_back({"an NVIDIA GPU is present, but no driver (libcuda.so.1)",
                    "install driver " + driver_for(f.built_cuda ? f.built_cuda : 13000) +
                        "; in a container, start it with --gpus all"});
  }
  if (!f.built) {
    const bool no_cudnn = f.why_not_built == "no cuDNN or cuBLASLt";
    list.push_back({no_cudnn ? "this build has no cuda device: its CUDA toolkit came without cuDNN or cuBLASLt"
                             : fmt::format("this build has no cuda device ({})", f.why_not_built),
                    f.why_not_built == "turned off" ? "build again without GRIDSTRIDE_CUDA=0 (CMake: "
                                                      "-DGRIDSTRIDE_CUDA=ON), with the CUDA toolkit, cuDNN and cuBLASLt"
                    : no_cudnn ? "install cuDNN 9 beside the toolkit, or set CUDNN_HOME, and build "
                                 "again"
                               : "install the CUDA toolkit 12.4 or newer with cuDNN 9, and build "
                                 "again"});
    return list;
  }
  if (!f.module_error.empty())
    list.push_back({"the CUDA module cannot be loaded: " + f.module_error,
                    "put the folders of cuDNN's and CUDA's libraries into LD_LIBRARY_PATH"});
  if (f.driver_library && f.driver_cuda > 0 && f.built_cuda > 0 && f.driver_cuda < needed_driver(f.built_cuda))
    list.push_back({fmt::format("the driver is too old: it knows CUDA {}, this build needs {}",
                                cuda_version_text(f.driver_cuda), cuda_version_text(needed_driver(f.built_cuda))),
                    "install driver " + driver_for(f.built_cuda)});
  else if (f.driver_library && f.start_error != 0)
    list.push_back(of_start_error(f));
  if (f.cudnn > 0 && f.cudnn < f.built_cudnn)
    list.push_back({fmt::format("cuDNN {} is loaded, this build was made with {}", library_version_text(f.cudnn),
                                library_version_text(f.built_cudnn)),
                    "put the newer cuDNN first in LD_LIBRARY_PATH, or build again with the older"});
  if (f.cublaslt > 0 && f.cublaslt < f.built_cublaslt)
    list.push_back({fmt::format("cuBLASLt {} is loaded, this build was made with {}", library_version_text(f.cublaslt),
                                library_version_text(f.built_cublaslt)),
                    "put the newer cuBLASLt first in LD_LIBRARY_PATH, or build again with the older"});
  if (f.module_missing && f.driver_library)
    list.push_back({"the cuda device is not built yet", "./gridstride build cuda"});
  if (!f.cupti && !f.module_missing)
    list.push_back({"this build has no CUPTI: profiles on cuda time ops one by one, outside of the graph",
                    "install CUPTI (cuda-cupti-dev) and build again"});
  judge_gpus(f, list);
  return list;
}

Fit fit(const std::string& architectures, int major, int minor) {
  const int gpu = major * 10 + minor;
  Fit best = Fit::no;
  std::istringstream words(architectures);
  for (std::string word; words >> word;) {
    if (word == "all" || word == "all-major" || word == "native") return Fit::native;
    const int built = parse_number<int>(word.substr(0, word.find_first_not_of("0123456789"))).value_or(0);
    if (word.substr(0, word.find('-')).ends_with('a')) {  // "90a" runs on compute capability 9.0 only
      if (built == gpu) best = Fit::native;
      continue;
    }
    const bool code = word.find("-virtual") == word.npos, ptx = word.find("-real") == word.npos;
    if (code && built / 10 == major && built <= gpu) return Fit::native;
    if (ptx && built > 0 && built <= gpu && best == Fit::no) best = Fit::compiled_on_first_use;
  }
  return best;
}

std::string cuda_version_text(int version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

std::string library_version_text(int version) {
  return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

}  // namespace gs
