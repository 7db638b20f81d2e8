// conv2d_filter_tensor.cu - the filter gradient dw = dy^T windows on tensor cores, in tf32 (fp32 storage) or bf16
// (bf16 storage), with the bias gradient.
//
// Changed from conv2d_tiled: mma.m16n8k8 (m16n8k16) and asynchronous copies, as in conv2d_tensor.cu. Both factors are
// contiguous across the sum (filters of dy, taps of x), so shared memory keeps one line per pixel. The sum over the
// pixels of the batch is cut into slices; the blocks of the first taps load all of dy anyway and sum it for db, in fp32
// and unrounded. dw and db are always fp32. A second kernel adds the slices of dw and db in a fixed order. A block
// works within one group.
#include "kernels/common/add_slices.h"
#include "kernels/common/registration.h"
#include "kernels/common/store_pair.h"
#include "kernels/common/tensor_gemm.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/conv2d/window_matrices.h"

namespace gs::GS_TARGET {
namespace {

/// partial[slice] = this slice's dw, then its db. `filters`: per group; `all`: of the layer.
template <class Tile, class T>
__global__ void __launch_bounds__(tensor_threads, tensor_blocks)
    filter_gradient_tensor(float* __restrict__ partial, const T* __restrict__ x, const T* __restrict__ dy,
                           WindowMap map, int filters, int all, Divider by_groups, bool dy_vectors, int slice_pixels) {
  int slice = int(blockIdx.z);
  const int group = by_groups.split(slice);
  const int begin = slice * slice_pixels;
  const int end = begin + slice_pixels < map.pixels ? begin + slice_pixels : map.pixels;
  const int k0 = group * filters + int(blockIdx.y) * Tile::rows, last = (group + 1) * filters;
  float* of_slice = partial + std::int64_t(slice) * (all * (map.taps + 1));
  constexpr int sharers = tensor_threads / Tile::rows;  // threads that share a filter's bias gradient
  const int row = int(threadIdx.x) % Tile::rows, part = int(threadIdx.x) / Tile::rows;
  const bool with_bias = blockIdx.x == 0;
  float bias_sum = 0;
  tensor_gemm<Tile>(
      k0, int(blockIdx.x) * Tile::columns, last, map.taps, begin, end, PlainMatrix<T, false>{dy, end, all, dy_vectors},
      Windows<T, false>{x, map, end, group * map.channels},
      [&](const T* stage, int pitch) {
        if (with_bias)
          for (int pixel = part; pixel < stage_depth<T>; pixel += sharers)
            bias_sum += widened(stage[pixel * pitch + row]);
      },
      [&](int k, int tap, const float(&sums)[2], int count) {
        store_pair(of_slice + k * map.taps + tap, sums, count);
      });
  __shared__ float bias_parts[tensor_threads];
  bias_parts[threadIdx.x] = bias_sum;
  __syncthreads();
  if (!with_bias || part != 0 || k0 + row >= last) return;
  for (int i = 1; i < sharers; ++i) bias_sum += bias_parts[i * Tile::rows + row];
  of_slice[all * map.taps + k0 + row] = bias_sum;
}

/// dw and db from the slices' sums.
template <int rows>
__global__ void __launch_bounds__(slice_columns* rows)
    add_slices_tensor(float* __restrict__ dw, float* __restrict__ db, const float* __restrict__ partial, int weights,
                      int filters, int slices) {
  add_slices<rows>(partial, slices, weights + filters,
                   [&](int at, float sum) { (at < weights ? dw[at] : db[at - weights]) = sum; });
}

/// Calls body(tile) with the tile that suits a group's filters.
template <class Body>
auto with_tile(const Conv2d& d, const Body& body) {
  if (d.group_k() <= 16) return body(TensorTile<16, 32, 1>());
  if (d.group_k() <= 32) return body(TensorTile<32, 32, 2>());
  return body(TensorTile<64, 32, 2>());
}

struct Slices {
  int pixels, count;  // pixels per slice; number of slices
};
/// About two blocks for each of 132 SMs, with at least four stages each. All slices but the last are whole stages.
template <class T>
Slices slices_of(const Conv2d& d) {
  const int pixels = int(d.y_size() / d.k);
  const int tiles = with_tile(d, [&](auto tile) {
    return d.groups * parts(d.group_k(), tile.rows) * parts(d.r * d.s * d.group_c(), tile.columns);
  });
  const int wanted = parts(2 * 132, tiles), stages = parts(parts(pixels, wanted), stage_depth<T>);
  const int each = (stages > 4 ? stages : 4) * stage_depth<T>;
  return {each, parts(pixels, each)};
}

template <class T>
std::size_t conv2d_filter_gradient_tensor_workspace(const Conv2d& d) {
  return std::size_t(slices_of<T>(d).count) * std::size_t(d.w_size() + d.k) * sizeof(float);
}

template <class T>
void conv2d_filter_gradient_tensor(float* dw, float* db, const T* x, const T* dy, const Conv2d& d, void* workspace,
                                   stream_t s) {
  const Slices slices = slices_of<T>(d);
  const WindowMap map = windows_of(d, in_vectors(x, d.group_c()));
  auto* partial = static_cast<float*>(workspace);
  with_tile(d, [&](auto tile) {
    const dim3 grid(unsigned(parts(map.taps, tile.columns)), unsigned(parts(d.group_k(), tile.rows)),
                    unsigned(slices.count * d.groups));
    launch<filter_gradient_tensor<decltype(tile), T>>({grid, dim3(tensor_threads)}, s, partial, x, dy, map, d.group_k(),
                                                      d.k, Divider(d.groups), in_vectors(dy, d.group_k()),
                                                      slices.pixels);
  });
  const int weights = int(d.w_size());
  const dim3 blocks(unsigned(parts(weights + d.k, slice_columns)));
  with_slice_rows(slices.count, [&](auto rows) {
    launch<add_slices_tensor<rows>>({blocks, dim3(slice_columns * rows)}, s, dw, db, partial, weights, d.k,
                                    slices.count);
  });
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<Conv2dFilterGradient<T>>({.name = "tensor",
                                         .rank = 3,
                                         .targets = on_blocks,
                                         .launch = &conv2d_filter_gradient_tensor<T>,
                                         .supports = &conv2d_tensor_supports,
                                         .workspace_bytes = &conv2d_filter_gradient_tensor_workspace<T>,
                                         .arithmetic = tensor_core_arithmetic<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
