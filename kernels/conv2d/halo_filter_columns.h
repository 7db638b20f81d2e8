// halo_filter_columns.h - products of the halo filter gradient (conv2d_halo_filter_tensor.cu): all nine taps of some
// filters and channels, summed over pixels in shared memory.
//
//   sums[r, s][k, c] += sum over 8 x 8 pixels of dy[row, column, k] x[row + r, column + s, c]
//
// A product's depth is a column of eight pixels (tf32), or two columns (bf16). In tf32 taps that differ by one column
// use the same fragment of x one column later: a warp walks along the columns with the last four in registers, and
// loads each once for three taps. In bf16 a fragment's registers would have to move for that; one ldmatrix loads two
// fragments anyway.
#pragma once
#include "kernels/conv2d/halo_operands.h"

namespace gs::GS_TARGET {

/// `rows` x `columns` pixels of `channels` channels in shared memory, and this thread's part of their copies: zeros
/// outside of the image. A warp copies whole rows.
template <class T, int rows, int columns, int channels_>
class StagedPixels {
 public:
  static constexpr int channels = channels_, groups = channels / group_elements<T>;
  /// From one row to the next: eight times an odd number, so that fragments whose rows are rows of pixels lie in
  /// different banks.
  static constexpr int pitch = columns * channels + (columns * channels % 16 == 0 ? 8 : 0);
  static constexpr int elements = rows * pitch;

  /// `height` x `width` pixels of `all` channels per image; copies from channel `first` on.
  __device__ StagedPixels(const T* from, int height, int width, int all, int first)
      : height_(height), width_(width), all_(all) {
    const int lane = int(threadIdx.x) % 32, channel = lane % groups * group_elements<T>;
    column_ = lane / groups;
    to_ = column_ * channels + channel;
    from_ = from + column_ * all + first + channel;
    in_channels_ = first + channel < all;
  }
  /// Starts the copies of the pixels from (top, left) of an image on.
  __device__ void start(T* stage, int image, int top, int left) const {
    for (int row = int(threadIdx.x) / 32; row < rows; row += warps) {
      const bool in_row = in_channels_ && unsigned(top + row) < unsigned(height_);
      const T* from = from_ + ((image * height_ + top + row) * width_ + left) * all_;
#pragma unroll
      for (int i = 0; i < passes; ++i)
        if (exists(i))
          async_copy_16(stage + row * pitch + to_ + i * span * channels, from + i * span * all_,
                        in_row && unsigned(left + column_ + i * span) < unsigned(width_));
    }
  }
  /// Calls body(at) for each 16 bytes that this thread has copied; they are of the same channels.
  template <class Body>
  __device__ void each(T* stage, const Body& body) const {
    for (int row = int(threadIdx.x) / 32; row < rows; row += warps)
#pragma unroll
      for (int i = 0; i < passes; ++i)
        if (exists(i)) body(stage + row * pitch + to_ + i * span * channels);
  }

 private:
  static constexpr int warps = halo_threads / 32, span = 32 / groups, passes = parts(columns, span);
  __device__ bool exists(int pass) const {
    return (pass + 1) * span <= columns || column_ + pass * span < columns;
  }
  int height_, width_, all_, column_, to_;
  const T* from_;
  bool in_channels_;
};

/// A warp's part: 16 `m_tiles` filters and 8 `n_tiles` channels; a block has four warps, `down` along the filters,
/// `across` along the channels. If fewer than four suffice, the others take more columns of pixels.
template <class T, int m_tiles_, int n_tiles_, int down_, int across_>
struct FilterTile {
  using Element = T;
  static constexpr int m_tiles = m_tiles_, n_tiles = n_tiles_, down = down_, across = across_;
  static constexpr int warp_filters = 16 * m_tiles, warp_channels = 8 * n_tiles;
  static constexpr int filters = warp_filters * down, channels = warp_channels * across;
  static constexpr int shares = 4 / (down * across);  ///< warps that share the columns of a block's pixels
  static constexpr int rows = 8, warp_columns = 8, columns = warp_columns * shares;
  using Gradients = StagedPixels<T, rows, columns, filters>;
  using Inputs = StagedPixels<T, rows + 2, columns + 2, channels>;
};

/// Fragments of x for the taps of three rows and one column.
template <class Tile>
using HaloColumn = std::uint32_t[3][Tile::n_tiles][2];

/// The place of this lane's fragments of x in shared memory.
template <class Tile>
__device__ inline int input_fragments(int share, int first_channel) {
  const int lane = int(threadIdx.x) % 32, pitch = Tile::Inputs::pitch, channels = Tile::channels;
  const int at = share * Tile::warp_columns * channels + first_channel;
  if constexpr (sizeof(typename Tile::Element) == 4) return at + lane % 4 * pitch + lane / 4;
  const int quarter = lane / 8 % 2, half = lane / 16;
  return at + lane % 8 * pitch + quarter * channels + half * (Tile::n_tiles == 1 ? channels : 8);
}
/// Loads a column (tf32), one float at a time: a fragment's two registers are adjacent, two channels are in different
/// fragments.
template <class Tile>
__device__ inline void load_column(HaloColumn<Tile>& column, const float* at) {
#pragma unroll
  for (int r = 0; r < 3; ++r)
#pragma unroll
    for (int i = 0; i < 2 * Tile::n_tiles; ++i)
      column[r][i / 2][i % 2] = __float_as_uint(at[(r + i % 2 * 4) * Tile::Inputs::pitch + i / 2 * 8]);
}
/// Loads the taps of all three columns (bf16). With one tile an ldmatrix loads two columns of taps; the last one loads
/// column 2 twice.
template <class Tile>
__device__ inline void load_taps(HaloColumn<Tile> (&columns)[4], const bf16* at) {
  constexpr int pitch = Tile::Inputs::pitch, channels = Tile::channels;
  const auto load = [](std::uint32_t(&first)[2], std::uint32_t(&second)[2], const bf16* from) {
    std::uint32_t both[4];
    ldmatrix_x4_trans(both, from);
    first[0] = both[0], first[1] = both[1], second[0] = both[2], second[1] = both[3];
  };
#pragma unroll
  for (int r = 0; r < 3; ++r)
    if constexpr (Tile::n_tiles == 1) {
      std::uint32_t again[2];
      load(columns[0][r][0], columns[1][r][0], at + r * pitch);
      load(columns[2][r][0], again, at + r * pitch + (2 - int(threadIdx.x) % 32 / 16) * channels);
    } else {
      static_assert(Tile::n_tiles == 2);
#pragma unroll
      for (int s = 0; s < 3; ++s) load(columns[s][r][0], columns[s][r][1], at + r * pitch + s * channels);
    }
}

/// The same for dy. In tf32 rows g and g + 8 of a tile are filters 2 g and 2 g + 1: they lie in adjacent registers,
/// too.
template <class Tile>
__device__ inline int gradient_fragments(int share, int first_filter) {
  const int lane = int(threadIdx.x) % 32, pitch = Tile::Gradients::pitch, filters = Tile::filters;
  const int at = share * Tile::warp_columns * filters + first_filter;
  if constexpr (sizeof(typename Tile::Element) == 4) return at + lane % 4 * pitch + lane / 4 * 2;
  return at + lane % 8 * pitch + lane / 16 * filters + lane / 8 % 2 * 8;
}
template <class Tile>
__device__ inline void load_gradients(std::uint32_t (&a)[Tile::m_tiles][4], const typename Tile::Element* at) {
  if constexpr (sizeof(typename Tile::Element) == 4) {
#pragma unroll
    for (int i = 0; i < 2 * Tile::m_tiles; ++i) {
      const int half = i % 2;
      const auto filters = *reinterpret_cast<const Run<float, 2>*>(at + half * 4 * Tile::Gradients::pitch + i / 2 * 16);
      a[i / 2][2 * half] = __float_as_uint(filters.of[0]), a[i / 2][2 * half + 1] = __float_as_uint(filters.of[1]);
    }
  } else {
#pragma unroll
    for (int i = 0; i < Tile::m_tiles; ++i) ldmatrix_x4_trans(a[i], at + i * 16);
  }
}

/// sums[tap][i][j]: tile i of the filters and j of the channels.
template <class Tile>
using FilterSums = float[9][Tile::m_tiles][Tile::n_tiles][4];

/// Adds the products of the warp's 8 x 8 pixels. `dy` and `x`: this lane's fragments.
template <class Tile>
__device__ inline void multiply_columns(FilterSums<Tile>& sums, const typename Tile::Element* dy,
                                        const typename Tile::Element* x) {
  using T = typename Tile::Element;
  constexpr bool tf32 = sizeof(T) == 4;
  HaloColumn<Tile> columns[4];  // tf32: column c in columns[c % 4]; bf16: column s of the taps in columns[s]
  if constexpr (tf32) {
    load_column<Tile>(columns[0], x);
    load_column<Tile>(columns[1], x + Tile::channels);
  }
#pragma unroll 1
  for (int first = 0; first < Tile::warp_columns; first += 4) {
#pragma unroll
    for (int i = 0; i < 4; i += tf32 ? 1 : 2) {
      if constexpr (tf32)
        load_column<Tile>(columns[(i + 2) % 4], x + (i + 2) * Tile::channels);
      else
        load_taps<Tile>(columns, x + i * Tile::channels);
      std::uint32_t a[Tile::m_tiles][4];
      load_gradients<Tile>(a, dy + i * Tile::filters);
#pragma unroll
      for (int tap = 0; tap < 9; ++tap)
#pragma unroll
        for (int j = 0; j < Tile::n_tiles; ++j)
#pragma unroll
          for (int m = 0; m < Tile::m_tiles; ++m)
            multiply<T>(sums[tap][m][j], a[m], columns[tf32 ? (i + tap % 3) % 4 : tap % 3][tap / 3][j]);
    }
    dy += 4 * Tile::filters;
    x += 4 * Tile::channels;
  }
}

}  // namespace gs::GS_TARGET
