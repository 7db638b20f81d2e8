// random.h - random numbers on the host: Philox streams, each a pure function of seed, purpose and index.
#pragma once
#include <cstdint>

#include "kernels/common/philox.h"

namespace gs {

/// Purpose of a stream: the last word of Philox's counter. Dropout layers count up from 0 there, so these start higher.
enum class RandomPurpose : std::uint32_t {
  initial_weights = 0x80000001u,
  epoch_order = 0x80000002u,
  // 0x80000004u: augmentation_stream of kernels/gather/augment_draw.h
  bootstrap = 0x80000005u,
  tuning = 0x80000006u
};

/// Words of Philox with the key `seed` and the counter (position, index, purpose).
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, RandomPurpose purpose, std::uint32_t index = 0)
      : seed_(seed), purpose_(purpose), index_(index) {}

  std::uint32_t word() {
    const std::uint32_t lane = std::uint32_t(position_ % 4);
    const std::uint64_t group = position_ / 4;
    if (lane == 0)
      four_ = philox4x32({{std::uint32_t(group), std::uint32_t(group >> 32), index_, std::uint32_t(purpose_)}},
                         std::uint32_t(seed_), std::uint32_t(seed_ >> 32));
    ++position_;
    return four_.word[lane];
  }

  /// In [0, 1), from 24 bits.
  float uniform() { return gs::uniform(word()); }

  /// Uniform in [0, bound) without bias (Lemire 2019: multiply, and redraw if the product would be biased).
  std::uint32_t below(std::uint32_t bound) {
    std::uint64_t product = std::uint64_t(word()) * bound;
    if (std::uint32_t(product) < bound)
      for (const std::uint32_t threshold = (0u - bound) % bound; std::uint32_t(product) < threshold;)
        product = std::uint64_t(word()) * bound;
    return std::uint32_t(product >> 32);
  }

 private:
  std::uint64_t seed_;
  RandomPurpose purpose_;
  std::uint32_t index_;
  std::uint64_t position_ = 0;
  Random4 four_{};
};

}  // namespace gs
