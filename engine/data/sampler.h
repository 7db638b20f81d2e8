// sampler.h - the order in which an epoch visits its images.
#pragma once
#include <cstdint>
#include <vector>

namespace gs {

/// A random permutation of 0 .. n-1 (Fisher and Yates), a pure function of (seed, epoch): the same on every machine.
std::vector<std::uint32_t> epoch_order(std::uint64_t seed, std::uint32_t epoch, std::uint32_t n);

}  // namespace gs
