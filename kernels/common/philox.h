// philox.h - Philox4x32-10: random numbers that are a pure function of a key and a counter, the same integers on every
// target. Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
#pragma once
#include <cstdint>

#include "kernels/common/step_state.h"

namespace gs {

/// Four random words.
struct Random4 {
  std::uint32_t word[4];
};

/// Ten rounds over the 128-bit counter c under the 64-bit key (lowest word first).
GS_BOTH constexpr Random4 philox4x32(Random4 c, std::uint32_t key0, std::uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t(0xD2511F53u) * c.word[0];
    const std::uint64_t product1 = std::uint64_t(0xCD9E8D57u) * c.word[2];
    c = {{std::uint32_t(product1 >> 32) ^ c.word[1] ^ key0, std::uint32_t(product1),
          std::uint32_t(product0 >> 32) ^ c.word[3] ^ key1, std::uint32_t(product0)}};
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return c;
}

/// A float in [0, 1) from a word's upper 24 bits; exact on every target.
GS_BOTH constexpr float uniform(std::uint32_t word) {
  return float(word >> 8) * 0x1p-24f;
}

}  // namespace gs
