// halo_convolution.h - the sums of a halo convolution (halo_tile.h), for the forward pass and the data gradient.
//
//   sum[pixel, n] = start[n] + sum over r, s, k of pixels[pixel + (r - 1, s - 1), k] weights[k, r, s, n]
//
// Two adjacent columns of pixels use the same fragment for taps that are one apart, and two adjacent rows likewise: 16
// fragments of pixels serve 36 products with a tile of weights.
#pragma once
#include "kernels/conv2d/halo_operands.h"

namespace gs::GS_TARGET {

/// sums = bias, of the thread's outputs. `outputs`: from the warp's first one on, those that exist.
template <class Tile, class T>
__device__ inline void start_with_bias(float (&sums)[2][2][Tile::tiles][4], const T* bias, int outputs) {
#pragma unroll
  for (int tile = 0; tile < Tile::tiles; ++tile) {
    const int first = tile * 8 + int(threadIdx.x) % 4 * 2;
    Run<T, 2> pair = {};
    if (first < outputs) pair = *reinterpret_cast<const Run<T, 2>*>(bias + first);
#pragma unroll
    for (int i = 0; i < 16; ++i) sums[i / 8][i / 4 % 2][tile][i % 4] = widened(pair.of[i % 2]);
  }
}

/// Loads the fragments of a row of the halo: those of columns 0, 1, 2 and 3 of each window.
template <class Tile>
__device__ inline void load_halo_row(std::uint32_t (&a)[4][4], const typename Tile::Element* row) {
#pragma unroll
  for (int column = 0; column < 4; ++column) ldmatrix_x4(a[column], row + Tile::place(column) * Tile::pitch);
}

/// Adds a chunk's products to sums[i][j][tile]. `pixels` and `weights`: this lane's fragments.
template <class Tile, class Weights>
__device__ inline void multiply_windows(float (&sums)[2][2][Tile::tiles][4], const typename Tile::Element* pixels,
                                        const typename Tile::Element* weights) {
  using T = typename Tile::Element;
#pragma unroll 1
  for (int step = 0; step < Tile::steps; ++step) {
    std::uint32_t a[2][4][4], b[3][Tile::tiles][2];
    load_halo_row<Tile>(a[0], pixels);
#pragma unroll
    for (int r = 0; r < 3; ++r) {
      load_halo_row<Tile>(a[(r + 1) % 2], pixels + (r + 1) * Tile::row);
      Weights::load(b, weights, r);
#pragma unroll
      for (int s = 0; s < 3; ++s)
#pragma unroll
        for (int j = 0; j < Tile::tiles; ++j)
#pragma unroll
          for (int pixel = 0; pixel < 4; ++pixel)
            multiply<T>(sums[pixel / 2][pixel % 2][j], a[(r + pixel / 2) % 2][pixel % 2 + s], b[s][j]);
    }
    pixels += step_depth<T>;
    weights += Weights::step_elements;
  }
}

/// Adds all products to `sums`, which the caller has initialised. `shared`: the block's dynamic shared memory.
template <class Tile, class Weights, class Pixels>
__device__ inline void halo_convolution(float (&sums)[2][2][Tile::tiles][4], typename Tile::Element* shared,
                                        const HaloMap& map, const Pixels& pixels, const Weights& weights, int warp_down,
                                        int warp_output) {
  using T = typename Tile::Element;
  const int of_pixels = map.staged_rows() * Tile::row, stage = of_pixels + Weights::elements;
  const int lane = int(threadIdx.x) % 32;
  const int own_pixels =
      (4 * warp_down + lane / 8 % 2 * 2) * Tile::row + lane % 8 * Tile::pitch + lane / 16 * group_elements<T>;
  const int own_weights = of_pixels + Weights::fragments(warp_output);
  const auto start = [&](int channel, T* slot) {
    if (channel < map.depth) {
      pixels.start(slot, channel);
      weights.start(slot + of_pixels, channel);
    }
    async_commit();
  };
  start(0, shared);
  start(Tile::chunk, shared + stage);
  int slot = 0;
  for (int channel = 0; channel < map.depth; channel += Tile::chunk) {
    async_wait<1>();
    T* at = shared + slot * stage;
    pixels.round(at);
    weights.round(at + of_pixels);
    __syncthreads();
    multiply_windows<Tile, Weights>(sums, at + own_pixels, at + own_weights);
    __syncthreads();  // no thread reads the slot that is filled next
    start(channel + 2 * Tile::chunk, at);
    slot ^= 1;
  }
}

/// Bytes of dynamic shared memory: one slot, or two if there are several chunks.
template <class Tile, class Weights>
std::size_t halo_shared_bytes(const HaloMap& map) {
  const std::size_t stage = std::size_t(map.staged_rows() * Tile::row + Weights::elements);
  return (map.depth > Tile::chunk ? 2 : 1) * stage * sizeof(typename Tile::Element);
}

/// Calls write(place, values) for each two adjacent outputs, inside of the tensor, that this thread holds; `place` is
/// the first one's offset. `first`: the warp's first output.
template <class Tile, class Write>
__device__ inline void for_each_pair(const float (&sums)[2][2][Tile::tiles][4], const HaloMap& map, const HaloPlace& at,
                                     int warp_down, int first, const Write& write) {
  const int lane = int(threadIdx.x) % 32, top = at.top + 4 * warp_down, left = at.left + lane / 4 * 2;
  const int origin = ((at.image * map.rows + top) * map.columns + left) * map.outputs + first + lane % 4 * 2;
  const int row_elements = map.columns * map.outputs;
#pragma unroll
  for (int pixel = 0; pixel < 8; ++pixel) {
    const int row = pixel / 2, i = row % 2, half = row / 2 * 2, j = pixel % 2;
    if (top + row >= map.rows || left + j >= map.columns) continue;
    const int place = origin + row * row_elements + j * map.outputs;
#pragma unroll
    for (int tile = 0; tile < Tile::tiles; ++tile) {
      const float values[2] = {sums[i][j][tile][half], sums[i][j][tile][half + 1]};
      if (first + tile * 8 < map.outputs) write(place + tile * 8, values);
    }
  }
}

}  // namespace gs::GS_TARGET
