// conv2d_tiled.cu - convolution as an implicit matrix product in 64x64 tiles.
//
// Changed from conv2d_direct: a tile of 64 pixels by 64 channels shares its inputs and filters through shared memory.
// The matrix of windows (one row per pixel, r s c columns) is never stored: its elements are read from the images. The
// filter gradient's sum over all pixels of the batch is cut into slices for different blocks, which are added in
// order, without atomics. A block works within one group. 2 r s c operations per output: bound by arithmetic
// for 32 channels and more.
#include "kernels/common/registration.h"
#include "kernels/common/tile_gemm.h"
#include "kernels/conv2d/conv2d_window.h"

namespace gs::GS_TARGET {

bool conv2d_tiled_supports(const Conv2d& d) {
  return tiles(d.group_k()) <= 65535 && tiles(d.group_c()) <= 65535 && d.groups <= 32768;
}

namespace {

/// Element (pixel of x, tap (r, s, k)) = dy of the output that the pixel contributes to through the tap; k counts the
/// group's filters. 0 if there is none.
template <class T>
__device__ inline float gradient_window(const T* __restrict__ dy, const Conv2d& d, int group, std::int64_t pixel,
                                        std::int64_t tap) {
  const int filters = d.group_k(), k = int(tap % filters), s = int(tap / filters % d.s);
  const int r = int(tap / filters / d.s);
  const int column = int(pixel % d.w), row = int(pixel / d.w % d.h);
  const std::int64_t n = pixel / d.w / d.h;
  const int p = row + d.pad - r, q = column + d.pad - s;  // times the stride
  if (p < 0 || q < 0 || p % d.stride != 0 || q % d.stride != 0) return 0.0f;
  if (p / d.stride >= d.p() || q / d.stride >= d.q()) return 0.0f;
  return widened(dy[((n * d.p() + p / d.stride) * d.q() + q / d.stride) * d.k + group * filters + k]);
}

template <class T>
__global__ void __launch_bounds__(tile_threads, tile_blocks)
    forward(T* __restrict__ y, const T* __restrict__ x, const T* __restrict__ w, const T* __restrict__ bias, Conv2d d) {
  const std::int64_t pixels = d.y_size() / d.k, taps = d.w_size() / d.k;
  const int group = int(blockIdx.z), first = group * d.group_k();
  tile_gemm<Fetch::along_depth, Fetch::along_depth>(
      std::int64_t(blockIdx.x) * tile, first + std::int64_t(blockIdx.y) * tile, pixels, first + d.group_k(), 0, taps,
      [&](std::int64_t pixel, std::int64_t tap) { return window(x, d, group, pixel, tap); },
      [&](std::int64_t tap, std::int64_t k) { return widened(w[k * taps + tap]); },
      [&](std::int64_t pixel, std::int64_t k, float sum) {
        sum += widened(bias[k]);
        y[pixel * d.k + k] = rounded<T>(d.relu && sum <= 0 ? 0.0f : sum);
      });
}

template <class T>
__global__ void __launch_bounds__(tile_threads, tile_blocks)
    data_gradient(T* __restrict__ dx, const T* __restrict__ dy, const T* __restrict__ w,
                  const T* __restrict__ relu_output, Conv2d d) {
  const int group = int(blockIdx.z), filters = d.group_k(), channels = d.group_c();
  const std::int64_t pixels = d.x_size() / d.c, taps = std::int64_t(d.r) * d.s * filters;
  const T* of_group = w + group * taps * channels;
  tile_gemm(
      std::int64_t(blockIdx.x) * tile, std::int64_t(blockIdx.y) * tile, pixels, channels, 0, taps,
      [&](std::int64_t pixel, std::int64_t tap) { return gradient_window(dy, d, group, pixel, tap); },
      [&](std::int64_t tap, std::int64_t c) {
        return widened(of_group[((tap % filters) * d.r * d.s + tap / filters) * channels + c]);
      },
      [&](std::int64_t pixel, std::int64_t c, float sum) {
        const std::int64_t at = pixel * d.c + group * channels + c;
        dx[at] = rounded<T>(relu_output && widened(relu_output[at]) <= 0 ? 0.0f : sum);
      });
}

/// partial[slice, k, tap] = the slice's part of the sum over the pixels of dy[pixel, k] window(pixel, tap). One
/// extra tap is 1 everywhere, so its column is the bias gradient.
template <class T>
__global__ void __launch_bounds__(tile_threads, tile_blocks)
    filter_gradient_slices(float* __restrict__ partial, const T* __restrict__ x, const T* __restrict__ dy, Conv2d d,
                           int slices) {
  const std::int64_t pixels = d.y_size() / d.k, taps = d.w_size() / d.k, columns = taps + 1;
  const int group = int(blockIdx.z) / slices, first = group * d.group_k();
  const std::int64_t slice = int(blockIdx.z) % slices, begin = pixels * slice / slices,
                     end = pixels * (slice + 1) / slices;
  tile_gemm<Fetch::along_tile>(
      first + std::int64_t(blockIdx.y) * tile, std::int64_t(blockIdx.x) * tile, first + d.group_k(), columns, begin,
      end, [&](std::int64_t k, std::int64_t pixel) { return widened(dy[pixel * d.k + k]); },
      [&](std::int64_t pixel, std::int64_t tap) { return tap == taps ? 1.0f : window(x, d, group, pixel, tap); },
      [&](std::int64_t k, std::int64_t tap, float sum) { partial[(slice * d.k + k) * columns + tap] = sum; });
}

__global__ void add_slices(float* __restrict__ dw, float* __restrict__ db, const float* __restrict__ partial, Conv2d d,
                           int slices) {
  const std::int64_t taps = d.w_size() / d.k, columns = taps + 1, size = d.k * columns;
  for (std::int64_t at : grid_stride(size)) {
    float sum = 0;
    for (int slice = 0; slice < slices; ++slice) sum += partial[slice * size + at];
    const std::int64_t k = at / columns, tap = at - k * columns;
    if (tap == taps)
      db[k] = sum;
    else
      dw[k * taps + tap] = sum;
  }
}

/// Columns of the filter gradient's matrices: the window's taps and one for the bias.
std::int64_t columns_of(const Conv2d& d) {
  return d.w_size() / d.k + 1;
}
int slices_of(const Conv2d& d) {
  return slices_for(d.y_size() / d.k, std::int64_t(d.groups) * tiles(d.group_k()) * tiles(columns_of(d)));
}

template <class T>
void conv2d_forward_tiled(T* y, const T* x, const T* w, const T* bias, const Conv2d& d, void*, stream_t s) {
  launch<forward<T>>({dim3(tiles(d.y_size() / d.k), tiles(d.group_k()), unsigned(d.groups)), dim3(tile_threads)}, s, y,
                     x, w, bias, d);
}

template <class T>
void conv2d_data_gradient_tiled(T* dx, const T* dy, const T* w, const T* relu_output, const Conv2d& d, void*,
                                stream_t s) {
  launch<data_gradient<T>>({dim3(tiles(d.x_size() / d.c), tiles(d.group_c()), unsigned(d.groups)), dim3(tile_threads)},
                           s, dx, dy, w, relu_output, d);
}

std::size_t conv2d_filter_gradient_tiled_workspace(const Conv2d& d) {
  return std::size_t(slices_of(d)) * std::size_t(d.k * columns_of(d)) * sizeof(float);
}

template <class T>
void conv2d_filter_gradient_tiled(float* dw, float* db, const T* x, const T* dy, const Conv2d& d, void* workspace,
                                  stream_t s) {
  const int slices = slices_of(d);
  auto* partial = static_cast<float*>(workspace);
  const dim3 grid(tiles(columns_of(d)), tiles(d.group_k()), unsigned(slices * d.groups));
  launch<filter_gradient_slices<T>>({grid, dim3(tile_threads)}, s, partial, x, dy, d, slices);
  launch_elementwise<add_slices>(d.k * columns_of(d), s, dw, db, partial, d, slices);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<Conv2dForward<T>>({.name = "tiled",
                                  .rank = 2,
                                  .targets = on_blocks,
                                  .launch = &conv2d_forward_tiled<T>,
                                  .supports = &conv2d_tiled_supports});
  registry.add<Conv2dDataGradient<T>>({.name = "tiled",
                                       .rank = 2,
                                       .targets = on_blocks,
                                       .launch = &conv2d_data_gradient_tiled<T>,
                                       .supports = &conv2d_tiled_supports});
  registry.add<Conv2dFilterGradient<T>>({.name = "tiled",
                                         .rank = 2,
                                         .targets = on_blocks,
                                         .launch = &conv2d_filter_gradient_tiled<T>,
                                         .supports = &conv2d_tiled_supports,
                                         .workspace_bytes = &conv2d_filter_gradient_tiled_workspace});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
