// nhwc.h - positions of elements in a tensor [n, rows, columns, channels].
#pragma once
#include <cstdint>

#include "kernels/common/target.h"

namespace gs {

struct NhwcPlace {
  int n, row, column, channel;
};

/// Coordinates of element i. Use a 32-bit `Index` if the tensor is small enough: a 64-bit division costs a GPU about a
/// hundred instructions.
template <class Index>
GS_BOTH inline NhwcPlace nhwc_place(Index i, int rows, int columns, int channels) {
  const Index pixel = i / Index(channels), line = pixel / Index(columns), image = line / Index(rows);
  return {int(image), int(line - image * Index(rows)), int(pixel - line * Index(columns)),
          int(i - pixel * Index(channels))};
}

/// The index of the element at (n, row, column, channel).
GS_BOTH inline std::int64_t nhwc_offset(int n, int row, int column, int channel, int rows, int columns, int channels) {
  return ((std::int64_t(n) * rows + row) * columns + column) * channels + channel;
}

constexpr bool fits_32_bits(std::int64_t size) {
  return size < std::int64_t(1) << 32;
}

}  // namespace gs
