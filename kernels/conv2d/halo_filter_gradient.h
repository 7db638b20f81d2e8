// halo_filter_gradient.h - the filter gradient of the halo variants, from any form of the gradient of the output.
#pragma once
#include "kernels/conv2d/halo_filter_columns.h"

namespace gs::GS_TARGET {

/// Extents, and the tiles of pixels that a slice has.
struct FilterMap {
  int rows, columns, channels, filters;
  int tiles, slice_tiles;      ///< in the batch; in a slice
  Divider by_across, by_down;  ///< tiles along a row of an image, and along a column
};

/// Adds 16 bytes of dy to the sums of their filters.
template <class T>
__device__ inline void add_to_bias(float (&sums)[group_elements<T>], const T* at) {
  const auto group = *reinterpret_cast<const Run<T, group_elements<T>>*>(at);
#pragma unroll
  for (int e = 0; e < group_elements<T>; ++e) sums[e] += widened(group.of[e]);
}

/// dy as it is stored, and the thread's part of the bias gradient.
template <class Tile>
struct StagedGradients {
  using T = typename Tile::Element;
  using Source = const T*;
  typename Tile::Gradients pixels;
  bool with_bias;
  float bias_sums[group_elements<T>] = {};

  __device__ StagedGradients(const T* dy, const FilterMap& map, int first_filter, bool bias)
      : pixels(dy, map.rows, map.columns, map.filters, first_filter), with_bias(bias) {}
  __device__ void start(T* stage, int image, int top, int left) { pixels.start(stage, image, top, left); }
  /// Once the thread's copies have arrived.
  __device__ void finish(T* stage) {
    if (sizeof(T) == 4 || with_bias)
      pixels.each(stage, [&](T* at) {
        if (with_bias) add_to_bias(bias_sums, at);
        if constexpr (sizeof(T) == 4) round_group(at);
      });
  }
};

/// db of the block's filters, from all threads' sums. `shared`: no thread uses it any more.
template <class Tile>
__device__ inline void write_bias(float* db, const float (&sums)[group_elements<typename Tile::Element>], float* shared,
                                  int filters) {
  constexpr int size = group_elements<typename Tile::Element>, thread = halo_threads * size / Tile::filters;
#pragma unroll
  for (int e = 0; e < size; e += 4)
    *reinterpret_cast<float4*>(shared + int(threadIdx.x) * size + e) =
        make_float4(sums[e], sums[e + 1], sums[e + 2], sums[e + 3]);
  __syncthreads();
  const int filter = int(threadIdx.x);
  if (filter >= Tile::filters || filter >= filters) return;
  float sum = 0;
  for (int i = 0; i < thread; ++i) sum += shared[i * Tile::filters + filter];
  db[filter] = sum;
}

/// dw of the warp's filters and channels, for one slice. `filter`, `channel`: the warp's first ones.
template <class Tile>
__device__ inline void write_weights(float* dw, const FilterSums<Tile>& sums, const FilterMap& map, int filter,
                                     int channel) {
  const int lane = int(threadIdx.x) % 32;
#pragma unroll
  for (int i = 0; i < 2 * Tile::m_tiles; ++i) {
    const int tile = i / 2, half = i % 2;
    const int row = sizeof(typename Tile::Element) == 4 ? lane / 4 * 2 + half : half * 8 + lane / 4;
    const int k = filter + tile * 16 + row;
#pragma unroll
    for (int j = 0; j < Tile::n_tiles; ++j) {
      const int c = channel + j * 8 + lane % 4 * 2;
      if (k >= map.filters || c >= map.channels) continue;
      float* to = dw + k * 9 * map.channels + c;
#pragma unroll
      for (int tap = 0; tap < 9; ++tap, to += map.channels)
        *reinterpret_cast<Run<float, 2>*>(to) = {sums[tap][tile][j][2 * half], sums[tap][tile][j][2 * half + 1]};
    }
  }
}

/// partial[slice] = this slice's dw, then its db. A block has `shares` slices: that of its first warps has all of db.
/// `Gradients` stages the gradient of the convolution's output, which `dy` holds.
template <class Tile, int blocks, class Gradients>
__global__ void __launch_bounds__(halo_threads, blocks)
    filter_gradient_halo(float* __restrict__ partial, const typename Tile::Element* __restrict__ x,
                         typename Gradients::Source dy, FilterMap map) {
  using T = typename Tile::Element;
  GS_DYNAMIC_SHARED(T, shared);
  const int first_channel = int(blockIdx.x) * Tile::channels, first_filter = int(blockIdx.y) * Tile::filters;
  const bool with_bias = blockIdx.x == 0;
  Gradients gradients(dy, map, first_filter, with_bias);
  const typename Tile::Inputs inputs(x, map.rows, map.columns, map.channels, first_channel);
  const int warp = int(threadIdx.x) / 32, share = warp / (Tile::down * Tile::across);
  const int filter = warp / Tile::across % Tile::down * Tile::warp_filters;
  const int channel = warp % Tile::across * Tile::warp_channels;
  FilterSums<Tile> sums = {};

  const int begin = int(blockIdx.z) * map.slice_tiles;
  const int end = begin + map.slice_tiles < map.tiles ? begin + map.slice_tiles : map.tiles;
  constexpr int stage = Tile::Gradients::elements + Tile::Inputs::elements;
  const auto start = [&](int tile, T* slot) {
    if (tile < end) {
      const int left = map.by_across.split(tile) * Tile::columns, top = map.by_down.split(tile) * Tile::rows;
      gradients.start(slot, tile, top, left);
      inputs.start(slot + Tile::Gradients::elements, tile, top - 1, left - 1);
    }
    async_commit();
  };
  start(begin, shared);
  start(begin + 1, shared + stage);
  for (int tile = begin; tile < end; ++tile) {
    T* slot = shared + (tile - begin) % 2 * stage;
    async_wait<1>();
    gradients.finish(slot);
    if constexpr (sizeof(T) == 4) inputs.each(slot + Tile::Gradients::elements, round_group);
    __syncthreads();
    multiply_columns<Tile>(sums, slot + gradient_fragments<Tile>(share, filter),
                           slot + Tile::Gradients::elements + input_fragments<Tile>(share, channel));
    __syncthreads();  // no thread reads the slot that is filled next
    start(tile + 2, slot);
  }
  const std::int64_t size = std::int64_t(map.filters) * (9 * map.channels + 1);
  float* of_slice = partial + (std::int64_t(blockIdx.z) * Tile::shares + share) * size;
  write_weights<Tile>(of_slice, sums, map, first_filter + filter, first_channel + channel);
  if (!with_bias) return;
  float* db = partial + std::int64_t(blockIdx.z) * Tile::shares * size + map.filters * 9 * map.channels + first_filter;
  const int filters = map.filters - first_filter, lane = int(threadIdx.x) % 32;
  if (share > 0 && warp % (Tile::down * Tile::across) == 0)
    for (int i = lane; i < Tile::filters; i += 32)
      if (i < filters) db[share * size + i] = 0;
  write_bias<Tile>(db, gradients.bias_sums, reinterpret_cast<float*>(shared), filters);
}

/// Tiles of pixels per slice, and slices: as many as give each of 132 SMs a block, and none more than once.
struct TileSlices {
  int tiles, each, count;
};
template <class Tile>
TileSlices tile_slices(const Conv2d& d) {
  const int tiles = d.n * parts(d.h, Tile::rows) * parts(d.w, Tile::columns);
  const int blocks = parts(d.k, Tile::filters) * parts(d.c, Tile::channels);
  const int wanted = blocks < 132 ? 132 / blocks : 1, each = parts(tiles, wanted);
  return {tiles, each, parts(tiles, each)};
}

/// Calls body(tile, blocks per SM) with the tile for the filters and channels. The widest needs the fewest instructions
/// per product, but its blocks do not occupy the GPU if there are few pixels.
template <class T, class Body>
auto with_filter_tile(const Conv2d& d, const Body& body) {
  using Wide = FilterTile<T, 2, 2, 2, 2>;
  const TileSlices slices = tile_slices<Wide>(d);
  if (d.k >= 64 && d.c >= 32 && 8 * slices.count * parts(d.k, Wide::filters) * parts(d.c, Wide::channels) >= 7 * 132)
    return body(Wide(), std::integral_constant<int, 2>());
  constexpr std::integral_constant<int, 4> four;
  if (d.k > 16 && d.c > 8) return body(FilterTile<T, 1, 1, 2, 2>(), four);
  if (d.k <= 16 && d.c > 16) return body(FilterTile<T, 1, 1, 1, 4>(), four);
  return body(FilterTile<T, 1, 1, 1, 1>(), four);
}

template <class T>
std::size_t halo_filter_gradient_workspace(const Conv2d& d) {
  return with_filter_tile<T>(d, [&](auto tile, auto) {
    using Tile = decltype(tile);
    return std::size_t(tile_slices<Tile>(d).count * Tile::shares) * std::size_t(d.w_size() + d.k) * sizeof(float);
  });
}

/// dw and db from `count` slices' sums (conv2d_halo_filter_tensor.cu).
void add_filter_slices(float* dw, float* db, const float* partial, const Conv2d&, int count, stream_t);

/// Gradients<Tile> reads `dy`. `workspace` has halo_filter_gradient_workspace<T>(d) bytes.
template <template <class> class Gradients, class T, class Source>
void filter_gradient_on_halos(float* dw, float* db, const T* x, const Source& dy, const Conv2d& d, void* workspace,
                              stream_t s) {
  auto* partial = static_cast<float*>(workspace);
  with_filter_tile<T>(d, [&](auto tile, auto blocks) {
    using Tile = decltype(tile);
    const TileSlices slices = tile_slices<Tile>(d);
    const FilterMap map{d.h,
                        d.w,
                        d.c,
                        d.k,
                        slices.tiles,
                        slices.each,
                        Divider(parts(d.w, Tile::columns)),
                        Divider(parts(d.h, Tile::rows))};
    const dim3 grid(unsigned(parts(d.c, Tile::channels)), unsigned(parts(d.k, Tile::filters)), unsigned(slices.count));
    constexpr std::size_t stage = sizeof(T) * (Tile::Gradients::elements + Tile::Inputs::elements);
    launch<filter_gradient_halo<Tile, blocks, Gradients<Tile>>>(
        {grid, dim3(halo_threads), (slices.each > 1 ? 2 : 1) * stage}, s, partial, x, dy, map);
    add_filter_slices(dw, db, partial, d, slices.count * Tile::shares, s);
  });
}

}  // namespace gs::GS_TARGET
