// conv2d_pool_tensor.cu - conv2d_tensor, fused with a 2x2 max-pool, in tf32 or bf16.
//
// Changed from conv2d_pool_tiled: products on tensor cores. Of 32 rows of C a thread has the sums of four, 8 apart:
// rows are ordered so that these are the four pixels of a pool window (PooledWindows). So the maximum is taken in
// registers here, too, without shuffles or shared memory, and a quarter of the values is written. The sums equal those
// of conv2d_tensor, bit for bit.
#include "kernels/common/registration.h"
#include "kernels/common/store_pair.h"
#include "kernels/common/tensor_gemm.h"
#include "kernels/conv2d/window_matrices.h"
#include "kernels/conv2d_pool/conv2d_pool.h"
#include "kernels/conv2d_pool/window_maximum.h"

namespace gs::GS_TARGET {

namespace {

/// `filters`: per group.
template <class Tile, class T>
__global__ void __launch_bounds__(tensor_threads, tensor_blocks)
    forward_pool_tensor(T* __restrict__ y, std::uint8_t* __restrict__ argmax, const T* __restrict__ x,
                        const T* __restrict__ w, const T* __restrict__ bias, WindowMap map, int filters, bool relu) {
  static_assert(Tile::warp_rows % 32 == 0);
  const int group = int(blockIdx.z), first_k = group * filters, last = first_k + filters;
  const int all = int(gridDim.z) * filters;
  tensor_gemm_columns<Tile>(int(blockIdx.x) * Tile::rows, first_k + int(blockIdx.y) * Tile::columns, 0, map.taps,
                            PooledWindows<T>{{x, map, map.pixels, group * map.channels}},
                            PlainMatrix<T, true>{w, last, map.taps, map.vectors}, NothingObserved(),
                            [&](int row, int k, const float(&sums)[Tile::warp_rows / 8][2]) {
                              if (k >= last) return;
                              const int count = k + 1 < last ? 2 : 1;
                              const float biases[2] = {widened(bias[k]), count == 2 ? widened(bias[k + 1]) : 0.0f};
#pragma unroll
                              for (int first = 0; first < Tile::warp_rows / 8; first += 4) {
                                const int window = PooledWindows<T>::pool_window(row + first * 8);
                                if (window >= map.pixels) return;
                                T maxima[2];
                                std::uint8_t index[2];
#pragma unroll
                                for (int e = 0; e < 2; ++e) {
                                  const auto maximum =
                                      window_maximum<T>([&](int i) { return sums[first + i][e] + biases[e]; }, relu);
                                  maxima[e] = maximum.value;
                                  index[e] = maximum.argmax;
                                }
                                const int at = window * all + k;
                                store_pair(y + at, maxima, count);
                                store_pair(argmax + at, index, count);
                              }
                            });
}

/// Calls body(tile) with the largest tile that suits a group's filters and still gives every SM a block.
template <class Body>
void with_tile(int windows, int filters, int groups, const Body& body) {
  const auto blocks = [&](int rows, int columns) {
    return std::int64_t(parts(4 * windows, rows)) * parts(filters, columns) * groups;
  };
  constexpr int multiprocessors = 132;
  if (filters <= 16) return body(TensorTile<64, 16, 2>());
  if (filters > 32 && blocks(64, 64) >= 2 * multiprocessors) return body(TensorTile<64, 64, 2>());
  if (blocks(64, 32) >= multiprocessors) return body(TensorTile<64, 32, 2>());
  body(TensorTile<32, 32, 1>());
}

/// The convolution's windows over x, grouped by pool window: `pixels` counts pool windows.
WindowMap pool_windows_of(const Conv2dPool& d, bool vectors) {
  WindowMap map = windows_of(d.conv, vectors);
  map.pixels = int(d.pool.y_size() / d.conv.k);
  map.by_across = Divider(d.pool.q());
  map.by_down = Divider(d.pool.p());
  return map;
}

bool conv2d_pool_tensor_supports(const Conv2dPool& d) {
  return d.pool.window == 2 && d.pool.stride == 2 && conv2d_tensor_supports(d.conv);
}

template <class T>
void conv2d_pool_forward_tensor(T* y, std::uint8_t* argmax, const T* x, const T* w, const T* bias, const Conv2dPool& d,
                                void*, stream_t s) {
  const Conv2d& conv = d.conv;
  const WindowMap map = pool_windows_of(d, in_vectors(x, conv.group_c()) && in_vectors(w, conv.group_c()));
  with_tile(map.pixels, conv.group_k(), conv.groups, [&](auto tile) {
    const dim3 grid(unsigned(parts(parts(map.pixels, 8) * 32, tile.rows)),
                    unsigned(parts(conv.group_k(), tile.columns)), unsigned(conv.groups));
    launch<forward_pool_tensor<decltype(tile), T>>({grid, dim3(tensor_threads)}, s, y, argmax, x, w, bias, map,
                                                   conv.group_k(), conv.relu);
  });
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<Conv2dPoolForward<T>>({.name = "tensor",
                                      .rank = 2,
                                      .targets = on_blocks,
                                      .launch = &conv2d_pool_forward_tensor<T>,
                                      .supports = &conv2d_pool_tensor_supports,
                                      .arithmetic = tensor_core_arithmetic<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
