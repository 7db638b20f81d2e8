// dense_tensor.cu - a dense layer on tensor cores, in tf32 (fp32 storage) or bf16 (bf16 storage).
//
// Changed from dense_tiled: the weights map to the 16 rows of mma.m16n8k8 and the batch to its 8 columns, so that a
// batch of 8 wastes nothing (a tile of 64 rows wastes seven eighths); tiles are 64 rows of weights by the batch, up to
// 64 columns. Asynchronous copies of 16 bytes load the weights up to two stages ahead, once: 4 bytes (2 in bf16) for
// 2 n operations, bound by memory. The forward pass cuts the long sum over the inputs into slices for about two blocks
// per SM; the last block to arrive adds them in a fixed order (last_block.h). The weight gradient, n terms per weight,
// is for batches of 16 and more; below, dense_weight_outer is bound by the same bytes. Its one kernel also sums db, in
// fp32 and unrounded.
#include "kernels/common/registration.h"
#include "kernels/common/store_pair.h"
#include "kernels/dense/dense_tensor_forward.h"

namespace gs::GS_TARGET {
namespace {

template <class Tile, class T>
__global__ void __launch_bounds__(tensor_threads, tensor_blocks)
    data_gradient_tensor(T* __restrict__ dx, const T* __restrict__ dy, const T* __restrict__ w,
                         const T* __restrict__ relu_output, Dense d, bool w_vectors, bool dy_vectors) {
  tensor_gemm<Tile>(
      int(blockIdx.x) * Tile::rows, int(blockIdx.y) * Tile::columns, d.in, d.n, 0, d.out,
      PlainMatrix<T, false>{w, d.out, d.in, w_vectors}, PlainMatrix<T, true>{dy, d.n, d.out, dy_vectors},
      NothingObserved(), [&](int j, int i, const float(&sums)[2], int count) {
#pragma unroll
        for (int e = 0; e < 2; ++e) {
          if (e >= count) break;
          const int at = (i + e) * d.in + j;
          dx[at] = rounded<T>(!relu_output ? sums[e] : widened(relu_output[at]) <= 0 ? 0.0f : d.mask_scale * sums[e]);
        }
      });
}

/// The blocks with blockIdx.x == 0 sum db from the dy that they load into shared memory anyway.
template <class Tile, class T>
__global__ void __launch_bounds__(tensor_threads, tensor_blocks)
    filter_gradient_tensor(float* __restrict__ dw, float* __restrict__ db, const T* __restrict__ x,
                           const T* __restrict__ dy, Dense d, bool x_vectors, bool dy_vectors) {
  static_assert(Tile::rows <= tensor_threads);
  const int o0 = int(blockIdx.y) * Tile::rows, row = int(threadIdx.x);
  const bool with_bias = blockIdx.x == 0 && row < Tile::rows && o0 + row < d.out;
  float bias_sum = 0;
  tensor_gemm<Tile>(
      o0, int(blockIdx.x) * Tile::columns, d.out, d.in, 0, d.n, PlainMatrix<T, false>{dy, d.n, d.out, dy_vectors},
      PlainMatrix<T, false>{x, d.n, d.in, x_vectors},
      [&](const T* stage, int pitch) {
        if (with_bias)
          for (int i = 0; i < stage_depth<T>; ++i) bias_sum += widened(stage[i * pitch + row]);
      },
      [&](int o, int j, const float(&sums)[2], int count) { store_pair(dw + o * d.in + j, sums, count); });
  if (with_bias) db[o0 + row] = bias_sum;
}

}  // namespace

/// One slice if the sum is at most 8 stages; else about two blocks for each of 132 SMs, with at least two stages each.
/// All slices but the last are whole stages.
template <class T>
DenseSlices dense_tensor_slices(const Dense& d) {
  constexpr int depth = stage_depth<T>;
  if (d.in <= 8 * depth) return {d.in, 1};
  const int tiles = parts(d.out, 64) * parts(d.n, 64), wanted = parts(2 * 132, tiles);
  const int stages = parts(parts(d.in, wanted), depth), each = (stages > 2 ? stages : 2) * depth;
  return {each, parts(d.in, each)};
}
template DenseSlices dense_tensor_slices<float>(const Dense&);
template DenseSlices dense_tensor_slices<bf16>(const Dense&);

/// Offsets must fit 31 bits and the grid its limits.
bool dense_tensor_supports(const Dense& d) {
  constexpr std::int64_t most = 1 << 30;
  const auto size = [](std::int64_t rows, std::int64_t columns) { return rows * columns; };
  return size(d.n, d.in) < most && size(d.n, d.out) < most && size(d.in, d.out) < most && parts(d.n, 64) <= 65535 &&
         parts(d.out, 64) <= 65535;
}

/// With fewer images dense_weight_outer is bound by the same bytes, and in fp32.
bool dense_weight_gradient_tensor_supports(const Dense& d) {
  return d.n >= fewest_images_of_tensor_gradient && dense_tensor_supports(d);
}

template <class T>
std::size_t dense_forward_tensor_counters(const Dense& d) {
  const int slices = dense_tensor_slices<T>(d).count;
  if (slices == 1) return 0;
  return with_dense_tile(
      d.n, [&](auto tile) { return slice_counter_bytes(parts(d.out, tile.rows) * parts(d.n, tile.columns), slices); });
}

template <class T>
std::size_t dense_forward_tensor_workspace(const Dense& d) {
  const int slices = dense_tensor_slices<T>(d).count;
  if (slices == 1) return 0;
  return dense_forward_tensor_counters<T>(d) + with_dense_tile(d.n, [&](auto tile) {
           const auto rows = std::size_t(parts(d.out, tile.rows) * tile.rows);
           return std::size_t(slices) * rows * std::size_t(parts(d.n, tile.columns) * tile.columns) * sizeof(float);
         });
}

template <class T>
void dense_forward_tensor(T* y, const T* x, const T* w, const T* bias, const Dense& d, void* workspace, stream_t s) {
  dense_forward_on_tensor_cores(y, x, w, bias, d, NoFactors(), workspace, s);
}

template <class T>
void dense_data_gradient_tensor(T* dx, const T* dy, const T* w, const T* relu_output, const Dense& d, void*,
                                stream_t s) {
  with_dense_tile(d.n, [&](auto tile) {
    const dim3 grid(unsigned(parts(d.in, tile.rows)), unsigned(parts(d.n, tile.columns)));
    launch<data_gradient_tensor<decltype(tile), T>>({grid, dim3(tensor_threads)}, s, dx, dy, w, relu_output, d,
                                                    in_vectors(w, d.in), in_vectors(dy, d.out));
  });
}

template <class T>
void dense_weight_gradient_tensor(float* dw, float* db, const T* x, const T* dy, const Dense& d, void*, stream_t s) {
  using Tile = TensorTile<64, 64, 2>;
  const dim3 grid(unsigned(parts(d.in, Tile::columns)), unsigned(parts(d.out, Tile::rows)));
  launch<filter_gradient_tensor<Tile, T>>({grid, dim3(tensor_threads)}, s, dw, db, x, dy, d, in_vectors(x, d.in),
                                          in_vectors(dy, d.out));
}

template std::size_t dense_forward_tensor_workspace<float>(const Dense&);
template std::size_t dense_forward_tensor_workspace<bf16>(const Dense&);
template std::size_t dense_forward_tensor_counters<float>(const Dense&);
template std::size_t dense_forward_tensor_counters<bf16>(const Dense&);

namespace {

template <class T>
void add_variants(Registry& registry) {
  registry.add<DenseForward<T>>({.name = "tensor",
                                 .rank = 3,
                                 .targets = on_blocks,
                                 .launch = &dense_forward_tensor<T>,
                                 .supports = &dense_tensor_supports,
                                 .workspace_bytes = &dense_forward_tensor_workspace<T>,
                                 .counter_bytes = &dense_forward_tensor_counters<T>,
                                 .arithmetic = tensor_core_arithmetic<T>});
  registry.add<DenseDataGradient<T>>({.name = "tensor",
                                      .rank = 3,
                                      .targets = on_blocks,
                                      .launch = &dense_data_gradient_tensor<T>,
                                      .supports = &dense_tensor_supports,
                                      .arithmetic = tensor_core_arithmetic<T>});
  registry.add<DenseWeightGradient<T>>({.name = "tensor",
                                        .rank = 4,
                                        .targets = on_blocks,
                                        .launch = &dense_weight_gradient_tensor<T>,
                                        .supports = &dense_weight_gradient_tensor_supports,
                                        .arithmetic = tensor_core_arithmetic<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
