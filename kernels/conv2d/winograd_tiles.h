// winograd_tiles.h - what the passes of Winograd's convolution share on a CPU: 4x4 tiles of the input and their
// transform. The passes are conv2d_winograd_simd.cu and conv2d_filter_winograd_simd.cu.
#pragma once
#include <algorithm>

#include "kernels/common/host_vector.h"
#include "kernels/conv2d/conv2d.h"

namespace gs::GS_TARGET {

constexpr int places = 16;                   ///< of a transformed tile
constexpr int most_winograd_channels = 128;  ///< whose transformed tiles are 192 KiB a step in the forward pass

/// True if F(2x2, 3x3) covers the convolution with whole tiles.
inline bool has_winograd_tiles(const Conv2d& d) {
  return d.groups == 1 && d.stride == 1 && d.r == 3 && d.s == 3 && d.pad <= 2 && d.p() % 2 == 0 && d.q() % 2 == 0;
}

/// A tile's place in the batch: its 2x2 outputs begin at row and column.
struct Tile {
  std::int64_t image, row, column;
  Tile(const Conv2d& d, std::int64_t index) {
    const std::int64_t in_row = d.q() / 2, in_image = d.p() / 2 * in_row;
    image = index / in_image;
    row = index % in_image / in_row * 2;
    column = index % in_row * 2;
  }
  /// The next tile, without the divisions.
  void advance(const Conv2d& d) {
    if ((column += 2) < d.q()) return;
    column = 0;
    if ((row += 2) < d.p()) return;
    row = 0;
    ++image;
  }
};
inline std::int64_t tiles_in(const Conv2d& d) {
  return std::int64_t(d.n) * (d.p() / 2) * (d.q() / 2);
}

/// The 4x4 pixels under a tile, of all channels; `row` floats between two rows.
struct TilePixels {
  const float* first;
  std::int64_t row;
};

/// Those of x[n, h, w, c] itself, or a copy with zeros in [4, 4, c] if some lie in the padding.
inline TilePixels pixels_under(const Tile& tile, const float* x, const Conv2d& d, float* copy) {
  const std::int64_t top = tile.row - d.pad, left = tile.column - d.pad;
  const auto at = [&](std::int64_t i, std::int64_t j) {
    return x + ((tile.image * d.h + top + i) * d.w + left + j) * d.c;
  };
  if (top >= 0 && left >= 0 && top + 4 <= d.h && left + 4 <= d.w) return {at(0, 0), std::int64_t(d.w) * d.c};
  const std::int64_t row = std::int64_t(4) * d.c, first = std::max<std::int64_t>(0, -left),
                     last = std::min<std::int64_t>(4, d.w - left);  // the columns inside
  for (int i = 0; i < 4; ++i) {
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

/// to[place][c] = B^T d B of one tile, places `pitch` floats apart.
inline void transform_tile(float* to, std::int64_t pitch, const TilePixels& pixels, int channels) {
  const auto transform = [](auto& a, auto& b, auto& c, auto& e) {
    const auto first = a - c, second = b + c, third = c - b, fourth = b - e;
    a = first, b = second, c = third, e = fourth;
  };
  for_registers(channels, [&]<class V>(int c, auto count) {
    V d[4][4];
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j) d[i][j] = load_as<V>(pixels.first + i * pixels.row + j * channels + c, count);
    for (int j = 0; j < 4; ++j) transform(d[0][j], d[1][j], d[2][j], d[3][j]);
    for (int i = 0; i < 4; ++i) transform(d[i][0], d[i][1], d[i][2], d[i][3]);
    for (int place = 0; place < places; ++place) store(to + place * pitch + c, d[place / 4][place % 4], count);
  });
}

}  // namespace gs::GS_TARGET
