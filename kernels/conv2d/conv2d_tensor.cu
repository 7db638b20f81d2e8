// conv2d_tensor.cu - the forward pass and the data gradient on tensor cores, as implicit matrix products in tf32 or, of
// what is stored so, in bf16.
//
// What changed from conv2d_tiled: the products are mma.m16n8k8 (m16n8k16), so an instruction of a warp makes 1024
// (2048) multiply-adds and not 32; windows and filters come by asynchronous copies, up to two stages ahead, 16 bytes at
// a time where the channels are a multiple of four (eight); divisions are multiplications. Floats are rounded to tf32
// (10 bits of mantissa): a technique for runs that ask for it. bf16 is what it is; sums are fp32. Tiles are narrow,
// because the layers are: 16 to 64 channels beside thousands of pixels. A block works within one group. 2 r s c
// operations per output; with 32 channels the memory is the bound.
#include "kernels/common/store_pair.h"
#include "kernels/common/tensor_gemm.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/conv2d/window_matrices.h"

namespace gs::GS_TARGET {
namespace {

/// `filters` and, below, `channels` are those of one group.
template <class Tile, class T>
__global__ void __launch_bounds__(tensor_threads, tensor_blocks)
    forward_tensor(T* __restrict__ y, const T* __restrict__ x, const T* __restrict__ w, const T* __restrict__ bias,
                   WindowMap map, int filters, bool relu) {
  const int group = int(blockIdx.z), first = group * filters, last = first + filters, all = int(gridDim.z) * filters;
  tensor_gemm<Tile>(int(blockIdx.x) * Tile::rows, first + int(blockIdx.y) * Tile::columns, map.pixels, last, 0,
                    map.taps, Windows<T, true>{x, map, map.pixels, group * map.channels},
                    PlainMatrix<T, true>{w, last, map.taps, map.vectors}, NothingObserved(),
                    [&](int pixel, int k, const float(&sums)[2], int count) {
                      T values[2];
#pragma unroll
                      for (int e = 0; e < 2; ++e) {
                        const float sum = sums[e] + widened(bias[e < count ? k + e : k]);
                        values[e] = rounded<T>(relu && sum <= 0 ? 0.0f : sum);
                      }
                      store_pair(y + pixel * all + k, values, count);
                    });
}

template <class Tile, class T>
__global__ void __launch_bounds__(tensor_threads, tensor_blocks)
    data_gradient_tensor(T* __restrict__ dx, const T* __restrict__ dy, const T* __restrict__ w,
                         const T* __restrict__ relu_output, WindowMap map, int channels, bool filter_vectors) {
  const int group = int(blockIdx.z), first = group * channels, all = int(gridDim.z) * channels;
  tensor_gemm<Tile>(int(blockIdx.x) * Tile::rows, int(blockIdx.y) * Tile::columns, map.pixels, channels, 0, map.taps,
                    GradientWindows<T>{dy, map, group * map.channels},
                    TurnedFilters<T>(w, first * map.taps, channels, filter_vectors, map), NothingObserved(),
                    [&](int pixel, int c, const float(&sums)[2], int count) {
                      const int at = pixel * all + first + c;
                      T values[2];
#pragma unroll
                      for (int e = 0; e < 2; ++e) {
                        const bool closed = relu_output && e < count && widened(relu_output[at + e]) <= 0;
                        values[e] = rounded<T>(closed ? 0.0f : sums[e]);
                      }
                      store_pair(dx + at, values, count);
                    });
}

/// Calls body(tile, grid) for the largest tile that fits a group's columns and still gives every SM something to do.
template <class Body>
void with_tile(int pixels, int columns, int groups, const Body& body) {
  const auto run = [&](auto tile) {
    body(tile, dim3(unsigned(parts(pixels, tile.rows)), unsigned(parts(columns, tile.columns)), unsigned(groups)));
  };
  const auto blocks = [&](int rows, int tile_columns) {
    return std::int64_t(parts(pixels, rows)) * parts(columns, tile_columns) * groups;
  };
  constexpr int multiprocessors = 132;
  if (columns <= 16)
    run(TensorTile<64, 16, 4>());
  else if (columns > 32 && blocks(64, 64) >= 2 * multiprocessors)
    run(TensorTile<64, 64, 2>());
  else if (blocks(64, 32) >= multiprocessors)
    run(TensorTile<64, 32, 2>());
  else
    run(TensorTile<32, 32, 2>());
}

}  // namespace

/// Small enough for offsets of 31 bits and a grid, the filter gradient's too, which has some blocks more than groups
/// along a side (conv2d_filter_tensor.cu).
bool conv2d_tensor_supports(const Conv2d& d) {
  constexpr std::int64_t most = 1 << 30;
  return d.x_size() < most && d.y_size() < most && d.w_size() < most && parts(d.group_k(), 32) <= 65535 &&
         parts(d.group_c(), 32) <= 65535 && d.groups <= 32768;
}

template <class T>
void conv2d_forward_tensor(T* y, const T* x, const T* w, const T* bias, const Conv2d& d, void*, stream_t s) {
  const WindowMap map = windows_of(d, in_vectors(x, d.group_c()) && in_vectors(w, d.group_c()));
  with_tile(map.pixels, d.group_k(), d.groups, [&](auto tile, dim3 grid) {
    launch<forward_tensor<decltype(tile), T>>({grid, dim3(tensor_threads)}, s, y, x, w, bias, map, d.group_k(), d.relu);
  });
}

template <class T>
void conv2d_data_gradient_tensor(T* dx, const T* dy, const T* w, const T* relu_output, const Conv2d& d, void*,
                                 stream_t s) {
  const WindowMap map = gradient_windows_of(d, in_vectors(dy, d.group_k()));
  with_tile(map.pixels, d.group_c(), d.groups, [&](auto tile, dim3 grid) {
    launch<data_gradient_tensor<decltype(tile), T>>({grid, dim3(tensor_threads)}, s, dx, dy, w, relu_output, map,
                                                    d.group_c(), in_vectors(w, d.group_c()));
  });
}

template Conv2dForwardOf<float>::Launch conv2d_forward_tensor;
template Conv2dForwardOf<bf16>::Launch conv2d_forward_tensor;
template Conv2dDataGradientOf<float>::Launch conv2d_data_gradient_tensor;
template Conv2dDataGradientOf<bf16>::Launch conv2d_data_gradient_tensor;

}  // namespace gs::GS_TARGET
