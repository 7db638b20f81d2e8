// words.cpp - the words of messages.
#include "kernels/sim/words.h"

namespace gs::simulator {

uint3 three_indices(std::uint64_t linear, dim3 extent) {
  return {unsigned(linear % extent.x), unsigned(linear / extent.x % extent.y), unsigned(linear / extent.x / extent.y)};
}

std::string index_in(std::uint64_t linear, dim3 extent) {
  const uint3 at = three_indices(linear, extent);
  const std::string x = std::to_string(at.x), y = std::to_string(at.y), z = std::to_string(at.z);
  if (extent.z > 1) return "(" + x + ", " + y + ", " + z + ")";
  return extent.y > 1 ? "(" + x + ", " + y + ")" : x;
}

std::string thread_in(std::uint64_t linear, dim3 block) {
  return "thread " + index_in(linear, block);
}

std::string block_in(std::uint64_t linear, dim3 grid) {
  return "block " + index_in(linear, grid);
}

}  // namespace gs::simulator
