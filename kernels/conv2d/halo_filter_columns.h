// halo_filter_columns.h - products of the halo filter gradient (conv2d_halo_filter_tensor.cu): all nine taps of some
// filters and channels, summed over pixels in shared memory.
//
//   sums[r, s][k, c] += sum over 8 x 8 pixels of dy[row, column, k] x[row + r, column + s, c]
//
// A product's depth is a column of eight pixels (tf32), or two columns (bf16). So taps that differ by one column use
// the same fragments of x one column later: a warp walks along the columns with the last four in registers, and loads
// each once for three taps.
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

/// A column of pixels of x as fragments, for the taps of three rows: eight pixels are both words of a fragment in tf32,
/// one of them in bf16.
template <class Tile>
using HaloColumn = std::uint32_t[3][Tile::n_tiles][sizeof(typename Tile::Element) == 4 ? 2 : 1];

/// The place of this lane's fragments of x in shared memory. In tf32 column n of tile j is channel `n_tiles` n + j, so
/// that a lane loads the floats of all tiles at once.
template <class Tile>
__device__ inline int input_fragments(int share, int first_channel) {
  const int lane = int(threadIdx.x) % 32, pitch = Tile::Inputs::pitch, channels = Tile::channels;
  const int at = share * Tile::warp_columns * channels + first_channel;
  if constexpr (sizeof(typename Tile::Element) == 4) return at + lane % 4 * pitch + lane / 4 * Tile::n_tiles;
  const int quarter = lane / 8 % 2, half = lane / 16;
  if constexpr (Tile::n_tiles == 1) return at + (lane % 8 + half) * pitch + quarter * channels;
  return at + lane % 8 * pitch + half * channels + quarter * 8;
}
/// Loads a column (tf32).
template <class Tile>
__device__ inline void load_column(HaloColumn<Tile>& column, const float* at) {
  struct alignas(4 * Tile::n_tiles) Channels {
    std::uint32_t of[Tile::n_tiles];
  };
#pragma unroll
  for (int r = 0; r < 3; ++r)
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      const auto channels = *reinterpret_cast<const Channels*>(at + (r + half * 4) * Tile::Inputs::pitch);
#pragma unroll
      for (int j = 0; j < Tile::n_tiles; ++j) column[r][j][half] = channels.of[j];
    }
}
/// Loads two columns (bf16). With one tile an ldmatrix loads two rows of taps; the last one, rows 2 and 3, of which
/// only the first is used, begins a row earlier for the lanes of the second.
template <class Tile>
__device__ inline void load_columns(HaloColumn<Tile>& first, HaloColumn<Tile>& second, const bf16* at) {
  constexpr int pitch = Tile::Inputs::pitch;
  std::uint32_t four[4];
  if constexpr (Tile::n_tiles == 1) {
    ldmatrix_x4_trans(four, at);
    first[0][0][0] = four[0], second[0][0][0] = four[1], first[1][0][0] = four[2], second[1][0][0] = four[3];
    ldmatrix_x4_trans(four, at + 2 * pitch - int(threadIdx.x) % 32 / 16 * pitch);
    first[2][0][0] = four[0], second[2][0][0] = four[1];
  } else {
    static_assert(Tile::n_tiles == 2);
#pragma unroll
    for (int r = 0; r < 3; ++r) {
      ldmatrix_x4_trans(four, at + r * pitch);
      first[r][0][0] = four[0], first[r][1][0] = four[1], second[r][0][0] = four[2], second[r][1][0] = four[3];
    }
  }
}

/// The same for dy. In tf32 rows g and g + 8 of tile i are filters 2 m_tiles g + 2 i and the next one.
template <class Tile>
__device__ inline int gradient_fragments(int share, int first_filter) {
  const int lane = int(threadIdx.x) % 32, pitch = Tile::Gradients::pitch, filters = Tile::filters;
  const int at = share * Tile::warp_columns * filters + first_filter;
  if constexpr (sizeof(typename Tile::Element) == 4) return at + lane % 4 * pitch + lane / 4 * 2 * Tile::m_tiles;
  return at + lane % 8 * pitch + lane / 16 * filters + lane / 8 % 2 * 8;
}
template <class Tile>
__device__ inline void load_gradients(std::uint32_t (&a)[Tile::m_tiles][4], const typename Tile::Element* at) {
  if constexpr (sizeof(typename Tile::Element) == 4) {
    struct alignas(8 * Tile::m_tiles) Filters {
      std::uint32_t of[2 * Tile::m_tiles];
    };
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      const auto filters = *reinterpret_cast<const Filters*>(at + half * 4 * Tile::Gradients::pitch);
#pragma unroll
      for (int i = 0; i < 2 * Tile::m_tiles; ++i) a[i / 2][2 * half + i % 2] = filters.of[i];
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
  constexpr int step = sizeof(T) == 4 ? 1 : 2;  // columns per product
  HaloColumn<Tile> columns[4];                  // column c in columns[c % 4]
  const auto load = [&](int slot, int column) {
    if constexpr (step == 1)
      load_column<Tile>(columns[slot], x + column * Tile::channels);
    else
      load_columns<Tile>(columns[slot], columns[slot + 1], x + column * Tile::channels);
  };
#pragma unroll
  for (int i = 0; i < 2; i += step) load(i, i);
#pragma unroll 1
  for (int first = 0; first < Tile::warp_columns; first += 4) {
#pragma unroll
    for (int i = 0; i < 4; i += step) {
      load((i + 2) % 4, i + 2);
      std::uint32_t a[Tile::m_tiles][4];
      load_gradients<Tile>(a, dy + i * Tile::filters);
#pragma unroll
      for (int tap = 0; tap < 9; ++tap)
#pragma unroll
        for (int j = 0; j < Tile::n_tiles; ++j) {
          const auto& low = columns[(i + tap % 3) % 4][tap / 3][j];
          const auto& high = columns[(i + tap % 3 + 1) % 4][tap / 3][j];
          const std::uint32_t b[2] = {low[0], step == 1 ? low[2 - step] : high[0]};
#pragma unroll
          for (int m = 0; m < Tile::m_tiles; ++m) multiply<T>(sums[tap][m][j], a[m], b);
        }
    }
    dy += 4 * Tile::filters;
    x += 4 * Tile::channels;
  }
}

}  // namespace gs::GS_TARGET
