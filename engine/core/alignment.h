// alignment.h - alignment of every tensor and workspace in device memory. 256 bytes is what cudaMalloc() returns and
// the most that cuBLASLt assumes of a pointer.
#pragma once
#include <cstddef>

namespace gs {

inline constexpr std::size_t buffer_alignment = 256;

/// `bytes`, rounded up to a multiple of the alignment.
constexpr std::size_t aligned_size(std::size_t bytes) {
  return (bytes + buffer_alignment - 1) / buffer_alignment * buffer_alignment;
}

}  // namespace gs
