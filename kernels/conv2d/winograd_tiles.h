// winograd_tiles.h - the tiles of Winograd's convolution on a CPU, m x m outputs over (m + 2) x (m + 2) inputs, that
// its passes share: winograd_convolution.h and winograd_filter_gradient.h.
#pragma once
#include <algorithm>

#include "kernels/common/host_vector.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/conv2d/winograd_transforms.h"

namespace gs::GS_TARGET {

template <int m>
constexpr int side = m + 2;  ///< of a tile's inputs
template <int m>
constexpr int places = side<m>* side<m>;     ///< of a transformed tile
constexpr int most_winograd_channels = 128;  ///< for the arrays of a step

/// True if F(m x m, 3x3) covers the convolution with whole tiles.
template <int m>
bool has_winograd_tiles(const Conv2d& d) {
  return d.groups == 1 && d.stride == 1 && d.r == 3 && d.s == 3 && d.pad <= 2 && d.p() % m == 0 && d.q() % m == 0;
}

/// A tile's place in the batch: its outputs begin at row and column.
template <int m>
struct Tile {
  std::int64_t image, row, column;
  Tile(const Conv2d& d, std::int64_t index) {
    const std::int64_t in_row = d.q() / m, in_image = d.p() / m * in_row;
    image = index / in_image;
    row = index % in_image / in_row * m;
    column = index % in_row * m;
  }
  /// The next tile, without the divisions.
  void advance(const Conv2d& d) {
    if ((column += m) < d.q()) return;
    column = 0;
    if ((row += m) < d.p()) return;
    row = 0;
    ++image;
  }
  /// The index of its first output in y[n, p, q, k].
  std::int64_t first_output(const Conv2d& d) const { return ((image * d.p() + row) * d.q() + column) * d.k; }
};
template <int m>
std::int64_t tiles_in(const Conv2d& d) {
  return std::int64_t(d.n) * (d.p() / m) * (d.q() / m);
}

/// The pixels under a tile, of all channels; `row` floats between two rows.
struct TilePixels {
  const float* first;
  std::int64_t row;
};

/// Those of x[n, h, w, c] itself, or a copy with zeros in [side, side, c] if some lie in the padding.
template <int m>
TilePixels pixels_under(const Tile<m>& tile, const float* x, const Conv2d& d, float* copy) {
  const std::int64_t top = tile.row - d.pad, left = tile.column - d.pad;
  const auto at = [&](std::int64_t i, std::int64_t j) {
    return x + ((tile.image * d.h + top + i) * d.w + left + j) * d.c;
  };
  if (top >= 0 && left >= 0 && top + side<m> <= d.h && left + side<m> <= d.w)
    return {at(0, 0), std::int64_t(d.w) * d.c};
  const std::int64_t row = std::int64_t(side<m>) * d.c, first = std::max<std::int64_t>(0, -left),
                     last = std::min<std::int64_t>(side<m>, d.w - left);  // the columns inside
  for (int i = 0; i < side<m>; ++i) {
    float* const to = copy + i * row;
    if (top + i < 0 || top + i >= d.h) {
      std::fill_n(to, row, 0.0f);
      continue;
    }
    std::fill(to, to + first * d.c, 0.0f);
    std::copy(at(i, first), at(i, last), to + first * d.c);
    std::fill(to + last * d.c, to + row, 0.0f);
  }
  return {copy, row};
}

/// Stores a transformed tile's registers, places `pitch` floats apart.
template <int n, class V, class Count>
GS_INLINE void store_places(float* to, std::int64_t pitch, const V (&tile)[n][n], Count count) {
#pragma GCC unroll 6
  for (int i = 0; i < n; ++i)
#pragma GCC unroll 6
    for (int j = 0; j < n; ++j) store(to + (i * n + j) * pitch, tile[i][j], count);
}

/// to[place][c] = B^T d B of one tile, places `pitch` floats apart.
template <int m>
void transform_tile(float* to, std::int64_t pitch, const TilePixels& pixels, int channels) {
  for_registers(channels, [&]<class V>(int c, auto count) {
    V d[side<m>][side<m>], transformed[side<m>][side<m>];
#pragma GCC unroll 6
    for (int i = 0; i < side<m>; ++i)
#pragma GCC unroll 6
      for (int j = 0; j < side<m>; ++j) d[i][j] = load_as<V>(pixels.first + i * pixels.row + j * channels + c, count);
    transform_square(transformed, d, [](auto& to, const auto& from) { Filtering<m>::inputs(to, from); });
    store_places(to + c, pitch, transformed, count);
  });
}

}  // namespace gs::GS_TARGET
