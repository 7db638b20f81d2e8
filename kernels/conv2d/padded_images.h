// padded_images.h - copies images with their padding, so that inner loops need no edge tests. For variants of the host
// target.
#pragma once
#include <algorithm>
#include <cstdint>

#include "kernels/common/kernel.h"
#include "kernels/conv2d/conv2d.h"

namespace gs::GS_TARGET {

/// Extents of the images with their padding.
struct Padded {
  std::int64_t h, w, c;
  explicit Padded(const Conv2d& d) : h(d.h + 2 * d.pad), w(d.w + 2 * d.pad), c(d.c) {}
  std::int64_t row() const { return w * c; }
  std::int64_t image() const { return h * row(); }
};

/// to[n, h + 2 pad, w + 2 pad, c] = x[n, h, w, c] with zeros around it.
template <class T>
void pad_images(float* to, const T* x, const Conv2d& d) {
  const Padded padded(d);
  const std::int64_t left = std::int64_t(d.pad) * d.c, middle = std::int64_t(d.w) * d.c;
  const auto rows = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      float* row = to + i * padded.row();
      const std::int64_t image = i / padded.h, from = i % padded.h - d.pad;
      if (from < 0 || from >= d.h) {
        std::fill_n(row, padded.row(), 0.0f);
        continue;
      }
      std::fill_n(row, left, 0.0f);
      std::transform(x + (image * d.h + from) * middle, x + (image * d.h + from + 1) * middle, row + left,
                     [](T value) { return gs::widened(value); });
      std::fill_n(row + left + middle, left, 0.0f);
    }
  };
  host_shares(d.n * padded.h, rows, std::max<std::int64_t>(1, 32768 / padded.row()));
}

}  // namespace gs::GS_TARGET
