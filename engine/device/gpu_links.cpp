// gpu_links.cpp - functions of libcuda.so.1 and libnvidia-ml.so.1, looked up by name: neither needs CUDA's headers.
#include "engine/device/gpu_links.h"

#include <dlfcn.h>

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gs {
namespace {

template <class Function>
Function* function_of(void* library, const char* name) {
  return library ? reinterpret_cast<Function*>(dlsym(library, name)) : nullptr;
}

/// Links of the GPU at this place of the PCI bus that are up; -1 if NVML does not know it.
int active_nvlinks(void* nvml, const char* place) {
  const auto find = function_of<int(const char*, void**)>(nvml, "nvmlDeviceGetHandleByPciBusId_v2");
  const auto state = function_of<int(void*, unsigned, unsigned*)>(nvml, "nvmlDeviceGetNvLinkState");
  void* gpu = nullptr;
  if (!find || !state || find(place, &gpu) != 0) return -1;
  constexpr unsigned most_links = 18;
  int count = 0;
  for (unsigned link = 0; link < most_links; ++link) {
    unsigned active = 0;
    count += state(gpu, link, &active) == 0 && active == 1;
  }
  return count;
}

std::vector<int> nvlinks_of(void* driver, int gpus) {
  void* const nvml = dlopen("libnvidia-ml.so.1", RTLD_LAZY | RTLD_LOCAL);
  const auto begin = function_of<int()>(nvml, "nvmlInit_v2");
  const auto end = function_of<int()>(nvml, "nvmlShutdown");
  const auto place_of = function_of<int(char*, int, int)>(driver, "cuDeviceGetPCIBusId");
  if (!begin || !end || !place_of || begin() != 0) return {};
  std::vector<int> counts;
  for (int gpu = 0; gpu < gpus; ++gpu) {
    char place[32] = "";
    place_of(place, int(sizeof place), gpu);
    counts.push_back(active_nvlinks(nvml, place));
  }
  end();
  return std::ranges::count(counts, -1) > 0 ? std::vector<int>() : counts;
}

std::string words_of(GpuPath path, const std::vector<int>& nvlinks) {
  if (path == GpuPath::host) return "by way of the host's memory";
  if (path == GpuPath::pcie) return "PCIe";
  if (nvlinks.empty()) return "NVLink";
  const auto [least, most] = std::ranges::minmax(nvlinks);
  return fmt::format("NVLink ({} a GPU)", least == most ? fmt::to_string(most) : fmt::format("{} to {}", least, most));
}

}  // namespace

GpuLinks gpu_links() {
  void* const driver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
  const auto begin = function_of<int(unsigned)>(driver, "cuInit");
  const auto count = function_of<int(int*)>(driver, "cuDeviceGetCount");
  const auto attribute = function_of<int(int*, int, int, int)>(driver, "cuDeviceGetP2PAttribute");
  int gpus = 0;
  if (!begin || !count || !attribute || begin(0) != 0 || count(&gpus) != 0) return {};
  // CU_DEVICE_P2P_ATTRIBUTE_ACCESS_SUPPORTED and _NATIVE_ATOMIC_SUPPORTED
  constexpr int access = 2, atomics = 3;
  GpuLinks links;
  for (int a = 0; a < gpus; ++a)
    for (int b = a + 1; b < gpus; ++b) {
      const auto has = [&](int which) {
        int value = 0;
        return attribute(&value, which, a, b) == 0 && value != 0;
      };
      links.pairs.push_back({a, b, !has(access) ? GpuPath::host : has(atomics) ? GpuPath::nvlink : GpuPath::pcie});
    }
  if (std::ranges::count(links.pairs, GpuPath::nvlink, &GpuPair::path) > 0) links.nvlinks = nvlinks_of(driver, gpus);
  return links;
}

std::string text_of(const GpuLinks& links) {
  std::vector<std::string> parts;
  for (const GpuPath path : {GpuPath::nvlink, GpuPath::pcie, GpuPath::host}) {
    std::vector<std::string> pairs;
    for (const GpuPair& pair : links.pairs)
      if (pair.path == path) pairs.push_back(fmt::format("{}-{}", pair.first, pair.second));
    const std::string words = words_of(path, links.nvlinks);
    if (pairs.size() == links.pairs.size() && pairs.size() > 1) return words + " between all";
    if (!pairs.empty()) parts.push_back(fmt::format("{}: {}", words, fmt::join(pairs, ", ")));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace gs
