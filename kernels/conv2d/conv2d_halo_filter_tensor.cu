// conv2d_halo_filter_tensor.cu - the filter gradient of 3x3 windows on tensor cores, from pixels in shared memory, with
// the bias gradient.
//
// Changed from conv2d_filter_tensor: no matrix of windows. A block copies a tile of dy, and of x with a halo of one
// pixel, and sums all nine taps of its filters and channels from it (halo_filter_columns.h). The sum over the pixels of
// the batch is cut into slices of whole tiles; a second kernel adds them in a fixed order. The thread that copied dy
// sums it for db, in fp32, before it rounds it to tf32. Reads x 1.3 to 1.6 times and dy once per tile of channels.
#include "kernels/common/registration.h"
#include "kernels/conv2d/halo_filter_columns.h"

namespace gs::GS_TARGET {
namespace {

/// Extents, and the tiles of pixels that a slice has.
struct FilterMap {
  int rows, columns, channels, filters;
  int tiles, slice_tiles;      ///< in the batch; in a slice
  Divider by_across, by_down;  ///< tiles along a row of an image, and along a column
};

/// Adds 16 bytes of dy to the sums of their filters.
template <class T>
__device__ void add_to_bias(float (&sums)[group_elements<T>], const T* at) {
  const auto group = *reinterpret_cast<const Run<T, group_elements<T>>*>(at);
#pragma unroll
  for (int e = 0; e < group_elements<T>; ++e) sums[e] += widened(group.of[e]);
}

/// db of the block's filters, from all threads' sums. `shared`: no thread uses it any more.
template <class Tile>
__device__ void write_bias(float* db, const float (&sums)[group_elements<typename Tile::Element>], float* shared,
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
__device__ void write_weights(float* dw, const FilterSums<Tile>& sums, const FilterMap& map, int filter, int channel) {
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
template <class Tile, int blocks>
__global__ void __launch_bounds__(halo_threads, blocks)
    filter_gradient_halo(float* __restrict__ partial, const typename Tile::Element* __restrict__ x,
                         const typename Tile::Element* __restrict__ dy, FilterMap map) {
  using T = typename Tile::Element;
  GS_DYNAMIC_SHARED(T, shared);
  const int first_channel = int(blockIdx.x) * Tile::channels, first_filter = int(blockIdx.y) * Tile::filters;
  const typename Tile::Gradients gradients(dy, map.rows, map.columns, map.filters, first_filter);
  const typename Tile::Inputs inputs(x, map.rows, map.columns, map.channels, first_channel);
  const int warp = int(threadIdx.x) / 32, share = warp / (Tile::down * Tile::across);
  const int filter = warp / Tile::across % Tile::down * Tile::warp_filters;
  const int channel = warp % Tile::across * Tile::warp_channels;
  const bool with_bias = blockIdx.x == 0;
  FilterSums<Tile> sums = {};
  float bias_sums[group_elements<T>] = {};

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
    if (sizeof(T) == 4 || with_bias)
      gradients.each(slot, [&](T* at) {
        if (with_bias) add_to_bias(bias_sums, at);
        if constexpr (sizeof(T) == 4) round_group(at);
      });
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
  write_bias<Tile>(db, bias_sums, reinterpret_cast<float*>(shared), filters);
}

constexpr int columns_of_sums = 16;  // threads of add_slices_halo that add the same slices

/// dw and db from the slices' sums, four adjacent elements a thread: thread r of `rows` adds slices r, r + rows, ...;
/// thread 0 then adds the threads' sums. `weights` and `size`: of dw and of a slice, in fours.
template <int rows>
__global__ void __launch_bounds__(columns_of_sums* rows)
    add_slices_halo(float4* __restrict__ dw, float4* __restrict__ db, const float4* __restrict__ partial, int weights,
                    int size, int slices) {
  __shared__ float4 sums[rows][columns_of_sums];
  const int column = int(threadIdx.x) % columns_of_sums, row = int(threadIdx.x) / columns_of_sums;
  const int at = int(blockIdx.x) * columns_of_sums + column;
  float4 sum = make_float4(0, 0, 0, 0);
  const auto add = [&](const float4& v) { sum.x += v.x, sum.y += v.y, sum.z += v.z, sum.w += v.w; };
  if (at < size) {
    const float4* from = partial + std::int64_t(row) * size + at;
#pragma unroll 8
    for (int slice = row; slice < slices; slice += rows, from += rows * size) add(*from);
  }
  sums[row][column] = sum;
  __syncthreads();
  if (row != 0 || at >= size) return;
#pragma unroll
  for (int i = 1; i < rows; ++i) add(sums[i][column]);
  (at < weights ? dw[at] : db[at - weights]) = sum;
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
std::size_t conv2d_filter_gradient_halo_workspace(const Conv2d& d) {
  return with_filter_tile<T>(d, [&](auto tile, auto) {
    using Tile = decltype(tile);
    return std::size_t(tile_slices<Tile>(d).count * Tile::shares) * std::size_t(d.w_size() + d.k) * sizeof(float);
  });
}

template <class T>
void conv2d_filter_gradient_halo(float* dw, float* db, const T* x, const T* dy, const Conv2d& d, void* workspace,
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
    launch<filter_gradient_halo<Tile, blocks>>({grid, dim3(halo_threads), (slices.each > 1 ? 2 : 1) * stage}, s,
                                               partial, x, dy, map);
    const int weights = int(d.w_size() / 4), size = weights + d.k / 4, count = slices.count * Tile::shares;
    const auto add = [&](auto rows) {
      launch<add_slices_halo<rows>>({dim3(unsigned(parts(size, columns_of_sums))), dim3(columns_of_sums * rows)}, s,
                                    reinterpret_cast<float4*>(dw), reinterpret_cast<float4*>(db),
                                    reinterpret_cast<const float4*>(partial), weights, size, count);
    };
    if (count <= 32)
      add(std::integral_constant<int, 4>());
    else
      add(std::integral_constant<int, 16>());
  });
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<Conv2dFilterGradient<T>>({.name = "halo",
                                         .rank = 4,
                                         .targets = on_blocks,
                                         .launch = &conv2d_filter_gradient_halo<T>,
                                         .supports = &conv2d_halo_supports,
                                         .workspace_bytes = &conv2d_filter_gradient_halo_workspace<T>,
                                         .arithmetic = tensor_core_arithmetic<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
