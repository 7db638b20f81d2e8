// bound.cpp - divides by the data sheet's numbers and rounds down.
#include "kernels/sim/textbook/bound.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "kernels/common/grouped.h"

namespace gs::textbook {
namespace {

/// `value` cut to two digits, three before the point: 0.0812 -> "0.081", 8.19 -> "8.1", 812.9 -> "812".
std::string two_digits(double value) {
  const int decimals = value <= 0 ? 0 : std::max(0, 1 - int(std::floor(std::log10(value))));
  const double scale = std::pow(10, decimals);
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, std::floor(value * scale + 1e-9) / scale);
  return text;
}

std::string megabytes(std::int64_t bytes) {
  return bytes < 1'000'000 ? grouped(bytes) + " bytes" : two_digits(double(bytes) * 1e-6) + " MB";
}

const char* words(ResidencyLimit limit) {
  switch (limit) {
    case ResidencyLimit::warps:
      return "warps are the limit";
    case ResidencyLimit::blocks:
      return "the number of blocks is the limit";
    case ResidencyLimit::shared_memory:
      return "shared memory is the limit";
    case ResidencyLimit::registers:
      return "registers are the limit";
  }
  return "";
}

std::string occupancy_line(const KernelNeeds& needs, const Gpu& gpu) {
  const Occupancy found = occupancy(gpu.multiprocessor(), needs.block);
  const std::string which = needs.launches == 1 ? "" : " of its largest launch";
  if (found.blocks == 0) return "  a block of it cannot run on " + with_article(gpu) + ": " + words(found.limit) + "\n";
  return "  occupancy" + which + (needs.block.registers ? " " : " at most ") +
         std::to_string(std::lround(100 * found.part)) + " % on " + with_article(gpu) + ": " +
         plural(found.blocks, "block") + " of " + plural(needs.block.threads, "thread") + " at a time on an SM; " +
         words(found.limit) + "\n";
}

}  // namespace

std::string with_article(const Gpu& gpu) {
  const bool vowel = std::string_view("AEFHILMNORSX").find(gpu.name[0]) != std::string_view::npos;  // as it is spelled
  return (vowel ? "an " : "a ") + std::string(gpu.name);
}

double least_seconds(const Gpu& gpu, std::int64_t bytes, std::int64_t operations) {
  return std::max(double(bytes) / (gpu.gigabytes * 1e9), double(operations) / (gpu.fp32_tflops * 1e12));
}

std::string rounded_down(double seconds) {
  return seconds < 1e-3 ? two_digits(seconds * 1e6) + " us" : two_digits(seconds * 1e3) + " ms";
}

std::string bound_lines(const KernelNeeds& needs, const Gpu& gpu) {
  std::string text;
  if (needs.memory_bytes > 0)
    text = "  at least " + rounded_down(least_seconds(gpu, needs.memory_bytes)) + " on " + with_article(gpu) + " (" +
           grouped(std::llround(gpu.gigabytes)) + " GB/s): " + megabytes(needs.memory_bytes) +
           " must move, unless its L2 cache holds them\n";
  return text + occupancy_line(needs, gpu);
}

}  // namespace gs::textbook
