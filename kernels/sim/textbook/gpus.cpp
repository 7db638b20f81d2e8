// gpus.cpp - the table of the GPUs.
#include "kernels/sim/textbook/gpus.h"

#include <cctype>

namespace gs::textbook {
namespace {

/// Lower-case letters and digits alone.
std::string key(std::string_view name) {
  std::string result;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c))) result += char(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

}  // namespace

const std::vector<Gpu>& gpus() {
  // If a data sheet gives a range or several boards, the fastest: a bound must hold for all of them. fp32_tflops is
  // 2 x cores x boost_mhz as the source rounds it.
  static const std::vector<Gpu> table = {
      {"T4", 75, 40, 1590, 8.1, 320, "T4 Product Brief PB-09256-001: 2,560 cores, 256 bits at 10 Gbit/s"},
      {"A100", 80, 108, 1410, 19.5, 2039, "A100 data sheet, SXM with 80 GB: 6,912 cores"},
      {"RTX 3060", 86, 28, 1777, 12.7, 360, "GeForce RTX 3060, 12 GB: 3,584 cores, 192 bits at 15 Gbit/s"},
      {"RTX 4060", 89, 24, 2460, 15.1, 272, "GeForce RTX 4060: 3,072 cores, 128 bits at 17 Gbit/s"},
      {"RTX 4090", 89, 128, 2520, 82.6, 1008, "Ada GPU Architecture paper: 16,384 cores, 384 bits at 21 Gbit/s"},
      {"H100", 90, 132, 1980, 67, 3350, "H100 data sheet, SXM: 16,896 cores"},
      {"B200", 100, 148, 1980, 75, 8000, "HGX B200 data sheet: 18,944 cores"},
      {"RTX 5090", 120, 170, 2407, 104.8, 1792,
       "RTX Blackwell Architecture paper: 21,760 cores, 512 bits at 28 Gbit/s"},
  };
  return table;
}

const Gpu* gpu_named(std::string_view name) {
  for (const Gpu& gpu : gpus())
    if (key(gpu.name) == key(name)) return &gpu;
  return nullptr;
}

const Gpu& usual_gpu() {
  return *gpu_named("RTX 4060");
}

std::string gpu_names() {
  std::string names;
  for (const Gpu& gpu : gpus()) names += (names.empty() ? "" : ", ") + std::string(gpu.name);
  return names;
}

}  // namespace gs::textbook
