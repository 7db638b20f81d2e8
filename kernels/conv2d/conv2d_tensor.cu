// conv2d_tensor.cu - the forward pass on tensor cores, as an implicit matrix product in tf32 (fp32 storage) or bf16
// (bf16 storage). The data gradient is in conv2d_data_tensor.cu.
//
// Changed from conv2d_tiled: products are mma.m16n8k8 (m16n8k16), so a warp instruction does 1024 (2048) multiply-adds
// instead of 32; asynchronous copies load windows and filters up to two stages ahead, 16 bytes at a time if the
// channels are a multiple of four (eight); divisions are multiplications. Floats are rounded to tf32 (10 bits of
// mantissa), so this variant is for runs that allow it. bf16 is used as stored; sums are fp32. Tiles are narrow like
// the layers: 16 to 64 channels and thousands of pixels. A block works within one group. 2 r s c operations per output;
// bound by memory with 32 channels.
#include "kernels/common/registration.h"
#include "kernels/common/store_pair.h"
#include "kernels/common/tensor_gemm.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/conv2d/tensor_tiles.h"
#include "kernels/conv2d/window_matrices.h"

namespace gs::GS_TARGET {

/// Offsets must fit 31 bits and grids their limits, including the filter gradient's, which has fewer than groups + 264
/// blocks along z (conv2d_filter_tensor.cu).
bool conv2d_tensor_supports(const Conv2d& d) {
  constexpr std::int64_t most = 1 << 30;
  return d.x_size() < most && d.y_size() < most && d.w_size() < most && parts(d.group_k(), 32) <= 65535 &&
         parts(d.group_c(), 32) <= 65535 && d.groups <= 32768;
}

namespace {

/// `filters`: per group.
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

template <class T>
void conv2d_forward_tensor(T* y, const T* x, const T* w, const T* bias, const Conv2d& d, void*, stream_t s) {
  const WindowMap map = windows_of(d, in_vectors(x, d.group_c()) && in_vectors(w, d.group_c()));
  with_tile(map.pixels, d.group_k(), d.groups, [&](auto tile, dim3 grid) {
    launch<forward_tensor<decltype(tile), T>>({grid, dim3(tensor_threads)}, s, y, x, w, bias, map, d.group_k(), d.relu);
  });
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<Conv2dForward<T>>({.name = "tensor",
                                  .rank = 3,
                                  .targets = on_blocks,
                                  .launch = &conv2d_forward_tensor<T>,
                                  .supports = &conv2d_tensor_supports,
                                  .arithmetic = tensor_core_arithmetic<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
