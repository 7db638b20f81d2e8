// bound.h - what no program can do better on a named GPU, as lines under a kernel's counts. Never a predicted time.
#pragma once
#include <cstdint>
#include <string>

#include "kernels/sim/textbook/gpus.h"

namespace gs::textbook {

/// Seconds below which no GPU of this kind ends: the greater of bytes / (memory bandwidth) and operations / (fp32
/// rate). `bytes` move between the GPU and its memory; `operations` are of fp32 without tensor cores, 0 if unknown.
double least_seconds(const Gpu&, std::int64_t bytes, std::int64_t operations = 0);

/// "8.1 us": rounded down to two digits, so that "at least" stays true.
std::string rounded_down(double seconds);

/// "an RTX 4060", "a T4"
std::string with_article(const Gpu&);

/// The needs of a kernel's launches together, and the block of the largest.
struct KernelNeeds {
  std::int64_t launches;
  std::int64_t memory_bytes;  ///< distinct sectors that each launch touches, in bytes, summed over the launches
  BlockNeeds block;
};

/// Two lines with two spaces before each:
///
///     at least 8.1 us on an RTX 4060 (272 GB/s): 2.2 MB must move, unless its L2 cache holds them
///     occupancy at most 67 % on an RTX 4060: 1 block of 1,024 threads at a time on an SM; warps are the limit
///
/// "at most" where the number of registers is not known. The first line is missing if no memory is touched.
std::string bound_lines(const KernelNeeds&, const Gpu&);

}  // namespace gs::textbook
