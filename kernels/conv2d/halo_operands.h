// halo_operands.h - the operands of a halo convolution in shared memory: pixels with their halo, and two forms of the
// weights. Each starts asynchronous copies of a chunk, rounds it, and loads fragments.
//
// Floats are rounded to tf32 in place, by the thread that copied them, as soon as its copies have arrived: each pixel
// is loaded into fragments up to 16 times, by each warp. Weights that a single warp loads, once, are rounded there
// instead.
#pragma once
#include "kernels/conv2d/halo_tile.h"

namespace gs::GS_TARGET {

/// Rounds 16 bytes of floats in shared memory to tf32.
__device__ inline void round_group(float* at) {
  auto* group = reinterpret_cast<uint4*>(at);
  const float4 v = *reinterpret_cast<const float4*>(at);
  *group = make_uint4(round_to_tf32(v.x), round_to_tf32(v.y), round_to_tf32(v.z), round_to_tf32(v.w));
}

/// The pixels of a block's tile and their halo, zero outside of the image. A warp copies whole rows.
template <class Tile_>
class HaloPixels {
 public:
  using Tile = Tile_;
  using T = typename Tile::Element;
  using Source = const T*;

  __device__ HaloPixels(const T* x, const HaloMap& map, const HaloPlace& at) : map_(map), top_(at.top - 1) {
    const int lane = int(threadIdx.x) % 32;
    channel_ = lane / span * group_elements<T>;
    to_ = lane % span * Tile::pitch + channel_;
    const int first = (at.image * map.rows + top_) * map.columns * map.depth + channel_;
#pragma unroll
    for (int i = 0; i < passes; ++i) {
      const int place = lane % span + i * span, half = Tile::staged_columns / 2;
      const int column = at.left - 1 + (place < half ? 2 * place : 2 * (place - half) + 1);
      exists_[i] = place < Tile::staged_columns;
      inside_[i] = exists_[i] && unsigned(column) < unsigned(map.columns);
      from_[i] = x + (first + column * map.depth);
    }
  }
  __device__ void start(T* stage, int first_channel) const {
    const bool in_depth = first_channel + channel_ < map_.depth;
    each_row([&](int row) {
      const bool in_row = in_depth && unsigned(top_ + row) < unsigned(map_.rows);
      const int offset = row * (map_.columns * map_.depth) + first_channel;
      T* to = stage + to_ + row * Tile::row;
#pragma unroll
      for (int i = 0; i < passes; ++i)
        if (exists_[i]) async_copy_16(to + i * span * Tile::pitch, from_[i] + offset, in_row && inside_[i]);
    });
  }
  __device__ void round(T* stage) const {
    if constexpr (sizeof(T) == 4)
      each_row([&](int row) {
        T* at = stage + to_ + row * Tile::row;
#pragma unroll
        for (int i = 0; i < passes; ++i)
          if (exists_[i]) round_group(at + i * span * Tile::pitch);
      });
  }

 private:
  static constexpr int groups = Tile::chunk / group_elements<T>;  // of 16 bytes in a pixel's chunk
  static constexpr int span = 32 / groups, passes = parts(Tile::staged_columns, span);  // pixels at a time
  template <class Body>
  __device__ void each_row(const Body& body) const {
    for (int row = int(threadIdx.x) / 32; row < map_.staged_rows(); row += int(blockDim.x) / 32) body(row);
  }
  const HaloMap& map_;
  const T* from_[passes];  ///< this thread's pixels in the first row
  int top_, channel_, to_;
  bool exists_[passes], inside_[passes];
};

/// The copies of `rows` rows of `row_elements` elements each, `pitch` apart in shared memory. `down`: lanes of a
/// quarter of a warp copy from different rows, which avoids bank conflicts if the pitch is an odd multiple of 16 bytes.
template <class T, int rows, int row_elements, int pitch, bool down>
struct StagedRows {
  static constexpr int groups = row_elements / group_elements<T>, span = 32 / groups;
  static constexpr int elements = rows * pitch;
  int row, column;  ///< this thread's first row, and its place in all of its rows

  __device__ StagedRows() {
    const int lane = int(threadIdx.x) % 32, warp = int(threadIdx.x) / 32;
    row = warp * span + (down ? lane % span : lane / groups);
    column = (down ? lane / span : lane % groups) * group_elements<T>;
  }
  /// Copies row i from `from` + i `stride`, the columns of which begin at `column`; zeros from row `last` on.
  __device__ void start(T* stage, const T* from, int stride, int last) const {
    T* to = stage + row * pitch + column;
    from += row * stride + column;
    const int step = int(blockDim.x) / 32 * span, skip = step * stride;
    for (int i = row; i < rows; i += step, to += step * pitch, from += skip) async_copy_16(to, from, i < last);
  }
  __device__ void round(T* stage) const {
    if constexpr (sizeof(T) == 4) {
      T* at = stage + row * pitch + column;
      const int step = int(blockDim.x) / 32 * span;
      for (int i = row; i < rows; i += step, at += step * pitch) round_group(at);
    }
  }
};

/// Whether weights are rounded when they are loaded into fragments: warps that write 8 channels do not share them, or
/// are so few that this costs less than a pass over shared memory.
template <class Tile>
inline constexpr bool round_late = Tile::tiles == 1;
template <class Tile>
__device__ inline void round_loaded(std::uint32_t (&b)[3][Tile::tiles][2]) {
  if constexpr (round_late<Tile>) {
#pragma unroll
    for (int s = 0; s < 3; ++s) round_fragment<typename Tile::Element>(b[s][0]);
  }
}

/// The filters w[k,r,s,c] of the forward pass: a row of shared memory is a chunk of a filter's tap.
template <class Tile>
class FilterRows {
 public:
  using T = typename Tile::Element;
  static constexpr int elements = Tile::outputs * 9 * Tile::pitch;
  static constexpr int step_elements = step_depth<T>;  ///< from one step's weights to the next

  /// `first`: the block's first output.
  __device__ FilterRows(const T* w, const HaloMap& map, int first)
      : map_(map), from_(w + first * 9 * map.depth), last_((map.outputs - first) * 9) {}
  __device__ void start(T* stage, int first_channel) const {
    const bool inside = first_channel + staged_.column < map_.depth;
    staged_.start(stage, from_ + first_channel, map_.depth, inside ? last_ : 0);
  }
  __device__ void round(T* stage) const {
    if constexpr (!round_late<Tile>) staged_.round(stage);
  }

  /// The place of this lane's first fragment; `first`: the warp's first output in the block.
  __device__ static int fragments(int first) {
    const int lane = int(threadIdx.x) % 32, second = Tile::tiles > 1 ? lane / 16 * 8 : 0;
    return (first + lane % 8 + second) * 9 * Tile::pitch + lane / 8 % 2 * group_elements<T>;
  }
  /// Loads taps (r, 0 .. 2) from the lane's fragments of a step. One ldmatrix loads two tiles, or if there is only one,
  /// two taps.
  __device__ static void load(std::uint32_t (&b)[3][Tile::tiles][2], const T* fragments, int r) {
    std::uint32_t both[4];
    const T* row = fragments + r * 3 * Tile::pitch;
    if constexpr (Tile::tiles == 1) {
      ldmatrix_x4(both, row + int(threadIdx.x) % 32 / 16 * Tile::pitch);
      b[0][0][0] = both[0], b[0][0][1] = both[1], b[1][0][0] = both[2], b[1][0][1] = both[3];
      ldmatrix_x4(both, row + 2 * Tile::pitch);
      b[2][0][0] = both[0], b[2][0][1] = both[1];
    } else {
#pragma unroll
      for (int s = 0; s < 3; ++s)
#pragma unroll
        for (int j = 0; j < Tile::tiles; j += 2) {
          ldmatrix_x4(both, row + s * Tile::pitch + j * 8 * 9 * Tile::pitch);
          b[s][j][0] = both[0], b[s][j][1] = both[1], b[s][j + 1][0] = both[2], b[s][j + 1][1] = both[3];
        }
    }
    round_loaded<Tile>(b);
  }

 private:
  const HaloMap& map_;
  const T* from_;
  int last_;
  StagedRows<T, Tile::outputs * 9, Tile::chunk, Tile::pitch, true> staged_;
};

/// The same filters for the data gradient, turned by 180 degrees: the sum runs over the filters k, a row of shared
/// memory is the block's channels c of a filter's tap.
template <class Tile>
class TurnedFilterRows {
 public:
  using T = typename Tile::Element;
  /// Eight times an odd number, so that the rows of four filters (floats) or eight (bf16) lie in different banks.
  static constexpr int pitch = Tile::outputs / 8 % 2 == 1 ? Tile::outputs : Tile::outputs + 8;
  static constexpr int elements = Tile::chunk * 9 * pitch;
  static constexpr int step_elements = step_depth<T> * 9 * pitch;

  __device__ TurnedFilterRows(const T* w, const HaloMap& map, int first) : map_(map), from_(w + first), first_(first) {}
  __device__ void start(T* stage, int first_filter) const {
    const bool inside = first_ + staged_.column < map_.outputs;
    staged_.start(stage, from_ + first_filter * 9 * map_.outputs, map_.outputs,
                  inside ? (map_.depth - first_filter) * 9 : 0);
  }
  __device__ void round(T* stage) const {
    if constexpr (!round_late<Tile>) staged_.round(stage);
  }

  __device__ static int fragments(int first) {
    const int lane = int(threadIdx.x) % 32;
    if constexpr (sizeof(T) == 4) return lane % 4 * 9 * pitch + first + lane / 4;
    return lane % 16 * 9 * pitch + first + (Tile::tiles > 1 ? lane / 16 * 8 : 0);
  }
  __device__ static void load(std::uint32_t (&b)[3][Tile::tiles][2], const T* fragments, int r) {
    const T* row = fragments + (8 - 3 * r) * pitch;  // tap (2 - r, 2); tap s of the turned filter is s rows before it
    if constexpr (sizeof(T) == 4) {
      // One float at a time: a fragment's two registers are adjacent, but two floats of a row are of different
      // fragments.
#pragma unroll
      for (int s = 0; s < 3; ++s)
#pragma unroll
        for (int i = 0; i < 2 * Tile::tiles; ++i)
          b[s][i / 2][i % 2] = __float_as_uint(row[i % 2 * 4 * 9 * pitch + i / 2 * 8 - s * pitch]);
    } else if constexpr (Tile::tiles == 1) {
      std::uint32_t both[4];
      ldmatrix_x4_trans(both, row - int(threadIdx.x) % 32 / 16 * pitch);
      b[0][0][0] = both[0], b[0][0][1] = both[1], b[1][0][0] = both[2], b[1][0][1] = both[3];
      ldmatrix_x4_trans(both, row - 2 * pitch);
      b[2][0][0] = both[0], b[2][0][1] = both[1];
    } else {
      std::uint32_t both[4];
#pragma unroll
      for (int s = 0; s < 3; ++s)
#pragma unroll
        for (int j = 0; j < Tile::tiles; j += 2) {
          ldmatrix_x4_trans(both, row - s * pitch + j * 8);
          b[s][j][0] = both[0], b[s][j][1] = both[1], b[s][j + 1][0] = both[2], b[s][j + 1][1] = both[3];
        }
    }
    round_loaded<Tile>(b);
  }

 private:
  const HaloMap& map_;
  const T* from_;
  int first_;
  StagedRows<T, Tile::chunk * 9, Tile::outputs, pitch, sizeof(T) == 2> staged_;
};

}  // namespace gs::GS_TARGET
