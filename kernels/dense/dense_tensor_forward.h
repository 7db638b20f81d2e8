// dense_tensor_forward.h - the forward pass of dense_tensor, shared with the ops that fuse it (dense_factors.h).
#pragma once
#include "kernels/common/add_slices.h"
#include "kernels/common/plain_matrix.h"
#include "kernels/common/tensor_gemm.h"
#include "kernels/dense/dense_factors.h"

namespace gs::GS_TARGET {

bool dense_tensor_supports(const Dense&);  // defined in dense_tensor.cu, like its workspace
template <class T>
std::size_t dense_forward_tensor_workspace(const Dense&);

/// Slices of the sum over the inputs: inputs per slice and number of slices (dense_tensor.cu).
struct DenseSlices {
  int inputs, count;
};
template <class T>
DenseSlices dense_tensor_slices(const Dense&);
/// The slices' sums [slices, n, out] (dense_tensor.cu).
template <class T>
void dense_tensor_partial_sums(float* partial, const T* x, const T* w, const Dense&, const DenseSlices&, stream_t);

/// Calls body(tile) with the narrowest tile that holds the batch, 64 columns at most.
template <class Body>
void with_dense_tile(int n, const Body& body) {
  if (n <= 8) return body(TensorTile<64, 8, 4>());
  if (n <= 16) return body(TensorTile<64, 16, 4>());
  if (n <= 32) return body(TensorTile<64, 32, 4>());
  body(TensorTile<64, 64, 2>());
}

/// y if the sum is short enough for one slice.
template <class Tile, class T, class Factors>
__global__ void __launch_bounds__(tensor_threads, tensor_blocks)
    dense_forward_whole_tensor(T* __restrict__ y, const T* __restrict__ x, const T* __restrict__ w,
                               const T* __restrict__ bias, Dense d, bool vectors, Factors factors) {
  auto factor = factors.for_thread();
  tensor_gemm<Tile>(int(blockIdx.x) * Tile::rows, int(blockIdx.y) * Tile::columns, d.out, d.n, 0, d.in,
                    PlainMatrix<T, true>{w, d.out, d.in, vectors}, PlainMatrix<T, true>{x, d.n, d.in, vectors},
                    NothingObserved(), [&](int o, int i, const float(&sums)[2], int count) {
#pragma unroll
                      for (int e = 0; e < 2; ++e)
                        if (e < count) {
                          const int at = (i + e) * d.out + o;
                          y[at] = rounded<T>(dense_activated(sums[e] + widened(bias[o]), d) * factor.at(at));
                        }
                    });
}

/// y from the slices' sums.
template <int rows, class T, class Factors>
__global__ void __launch_bounds__(slice_columns* rows)
    dense_forward_add_slices_tensor(T* __restrict__ y, const float* __restrict__ partial, const T* __restrict__ bias,
                                    Dense d, int slices, Factors factors) {
  auto factor = factors.for_thread();
  add_slices<rows>(partial, slices, d.n * d.out, [&](int at, float sum) {
    y[at] = rounded<T>(dense_activated(sum + widened(bias[at % d.out]), d) * factor.at(at));
  });
}

/// Launches the pass: one or two kernels. `workspace` has dense_forward_tensor_workspace<T>(d) bytes.
template <class T, class Factors>
void dense_forward_on_tensor_cores(T* y, const T* x, const T* w, const T* bias, const Dense& d, const Factors& factors,
                                   void* workspace, stream_t s) {
  const DenseSlices slices = dense_tensor_slices<T>(d);
  if (slices.count == 1)
    return with_dense_tile(d.n, [&](auto tile) {
      const dim3 grid(unsigned(parts(d.out, tile.rows)), unsigned(parts(d.n, tile.columns)));
      launch<dense_forward_whole_tensor<decltype(tile), T, Factors>>(
          {grid, dim3(tensor_threads)}, s, y, x, w, bias, d, in_vectors(x, d.in) && in_vectors(w, d.in), factors);
    });
  auto* partial = static_cast<float*>(workspace);
  dense_tensor_partial_sums(partial, x, w, d, slices, s);
  const dim3 blocks(unsigned(parts(d.n * d.out, slice_columns)));
  with_slice_rows(slices.count, [&](auto rows) {
    launch<dense_forward_add_slices_tensor<rows, T, Factors>>({blocks, dim3(slice_columns * rows)}, s, y, partial, bias,
                                                              d, slices.count, factors);
  });
}

}  // namespace gs::GS_TARGET
