// words.cpp - the words of messages.
#include "kernels/sim/words.h"

namespace gs::simulator {

std::string index_in(std::uint64_t linear, dim3 extent) {
  const std::string x = std::to_string(linear % extent.x), y = std::to_string(linear / extent.x % extent.y),
                    z = std::to_string(linear / extent.x / extent.y);
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
