// gpu_flag.cpp - looks a GPU up, and shows them all.
#include "apps/learn/gpu_flag.h"

#include <cstdio>

#include "apps/learn/wrong_usage.h"
#include "kernels/sim/textbook/gpus.h"

namespace gs::learn {

std::string known_gpu(std::string_view name) {
  if (name == "help") return "help";
  if (const textbook::Gpu* gpu = textbook::gpu_named(name)) return std::string(gpu->name);
  throw WrongUsage("--gpu " + std::string(name) + " is none of: " + textbook::gpu_names());
}

std::string gpu_table() {
  std::string text = "GPU       compute    SMs    MHz  fp32 TFLOP/s  GB/s of memory  source\n";
  for (const textbook::Gpu& gpu : textbook::gpus()) {
    char row[256];
    std::snprintf(row, sizeof row, "%-9s %5d.%d %6d %6d %13.1f %15.0f  %s\n", std::string(gpu.name).c_str(),
                  gpu.compute / 10, gpu.compute % 10, gpu.multiprocessors, gpu.boost_mhz, gpu.fp32_tflops,
                  gpu.gigabytes, std::string(gpu.source).c_str());
    text += row;
  }
  return text;
}

}  // namespace gs::learn
