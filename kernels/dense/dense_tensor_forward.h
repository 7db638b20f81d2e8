// dense_tensor_forward.h - the forward pass of dense_tensor, shared with the ops that fuse it (dense_factors.h).
#pragma once
#include "kernels/common/last_block.h"
#include "kernels/common/plain_matrix.h"
#include "kernels/common/tensor_gemm.h"
#include "kernels/dense/dense_factors.h"

namespace gs::GS_TARGET {

bool dense_tensor_supports(const Dense&);  // defined in dense_tensor.cu, like its workspace
template <class T>
std::size_t dense_forward_tensor_workspace(const Dense&);
template <class T>
std::size_t dense_forward_tensor_counters(const Dense&);

/// Slices of the sum over the inputs: inputs per slice and number of slices (dense_tensor.cu).
struct DenseSlices {
  int inputs, count;
};
template <class T>
DenseSlices dense_tensor_slices(const Dense&);

/// Calls body(tile) with the narrowest tile that holds the batch, 64 columns at most.
template <class Body>
auto with_dense_tile(int n, const Body& body) {
  if (n <= 8) return body(TensorTile<64, 8, 4>());
  if (n <= 16) return body(TensorTile<64, 16, 4>());
  if (n <= 32) return body(TensorTile<64, 32, 4>());
  return body(TensorTile<64, 64, 2>());
}

/// y[i, o], a slice of the sum per blockIdx.z. The slices' sums lie in `partial` [tiles, slices, fragments, threads].
template <class Tile, class T, class Factors>
__global__ void __launch_bounds__(tensor_threads, tensor_blocks)
    dense_forward_slices_tensor(T* __restrict__ y, const T* __restrict__ x, const T* __restrict__ w,
                                const T* __restrict__ bias, Dense d, bool vectors, int slice_inputs, unsigned* counters,
                                float4* partial, Factors factors) {
  constexpr int across = Tile::warp_columns / 8, fragments = Tile::warp_rows / 16 * across;
  const int thread = int(threadIdx.x), lane = thread % 32, slice = int(blockIdx.z);
  const int o0 = int(blockIdx.x) * Tile::rows, i0 = int(blockIdx.y) * Tile::columns;
  const int begin = slice * slice_inputs, end = begin + slice_inputs < d.in ? begin + slice_inputs : d.in;
  TensorSums<Tile> sums = {};
  tensor_gemm_sums<Tile>(sums, o0, i0, begin, end, PlainMatrix<T, true>{w, d.out, d.in, vectors},
                         PlainMatrix<T, true>{x, d.n, d.in, vectors}, NothingObserved());

  auto factor = factors.for_thread();
  const auto write = [&](int fragment, const float4& v) {
    const float values[4] = {v.x, v.y, v.z, v.w};
    const int row = o0 + warp_row<Tile>() + fragment / across * 16 + lane / 4;
    const int column = i0 + warp_column<Tile>() + fragment % across * 8 + lane % 4 * 2;
#pragma unroll
    for (int e = 0; e < 4; ++e) {
      const int o = row + e / 2 * 8, i = column + e % 2, at = i * d.out + o;
      if (o < d.out && i < d.n) y[at] = rounded<T>(dense_activated(values[e] + widened(bias[o]), d) * factor.at(at));
    }
  };
  const auto each_fragment = [&](const auto& body) {
#pragma unroll
    for (int f = 0; f < fragments; ++f) {
      const float(&of)[4] = sums[f / across][f % across];
      body(f, make_float4(of[0], of[1], of[2], of[3]));
    }
  };
  if (gridDim.z == 1) return each_fragment(write);
  const int tile = int(blockIdx.y * gridDim.x + blockIdx.x), slices = int(gridDim.z);
  constexpr int size = fragments * tensor_threads;
  const SlicesOfSum of_tile{partial + std::int64_t(tile) * slices * size, counters + tile * (slice_teams(slices) + 1),
                            slices, size};
  each_fragment([&](int f, const float4& v) { of_tile.partial[slice * size + f * tensor_threads + thread] = v; });
  __shared__ int last;
  add_slices_in_last_block<tensor_threads>(of_tile, slice, thread, &last,
                                           [&](int at, const float4& v) { write(at / tensor_threads, v); });
}

/// Launches the pass. `workspace` has dense_forward_tensor_workspace<T>(d) bytes.
template <class T, class Factors>
void dense_forward_on_tensor_cores(T* y, const T* x, const T* w, const T* bias, const Dense& d, const Factors& factors,
                                   void* workspace, stream_t s) {
  const DenseSlices slices = dense_tensor_slices<T>(d);
  auto* const partial = static_cast<std::byte*>(workspace) + dense_forward_tensor_counters<T>(d);
  with_dense_tile(d.n, [&](auto tile) {
    const dim3 grid(unsigned(parts(d.out, tile.rows)), unsigned(parts(d.n, tile.columns)), unsigned(slices.count));
    launch<dense_forward_slices_tensor<decltype(tile), T, Factors>>(
        {grid, dim3(tensor_threads)}, s, y, x, w, bias, d, in_vectors(x, d.in) && in_vectors(w, d.in), slices.inputs,
        static_cast<unsigned*>(workspace), reinterpret_cast<float4*>(partial), factors);
  });
}

}  // namespace gs::GS_TARGET
