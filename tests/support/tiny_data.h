// tiny_data.h - small data sets for the engine's tests.
#pragma once
#include "engine/data/dataset.h"
#include "tests/support/compare.h"

namespace gs::test {

/// `n` grey images of noise; class 1 is brighter in its left half by `contrast` (0: can only be memorised).
inline Dataset noise_images(int n, int side, int contrast, std::uint64_t seed) {
  Dataset data{.n = n, .h = side, .w = side, .c = 1};
  Random random(seed);
  for (int i = 0; i < n; ++i) {
    const int label = int(random.below(2));
    data.labels.push_back(label);
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x)
        data.images.push_back(std::uint8_t(random.below(200) + (label == 1 && 2 * x < side ? contrast : 0)));
  }
  return data;
}

inline DataSplits tiny_splits(int train, int validation, int side, int contrast = 50) {
  return {.train = noise_images(train, side, contrast, 1),
          .validation = noise_images(validation, side, contrast, 2),
          .classes = {"dark", "light"},
          .source = "noise",
          .kind = "synthetic",
          .checksum = ""};
}

}  // namespace gs::test
