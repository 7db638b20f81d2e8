// conv2d_halo_filter_tensor.cu - the filter gradient of 3x3 windows on tensor cores, from pixels in shared memory, with
// the bias gradient.
//
// Changed from conv2d_filter_tensor: no matrix of windows. A block copies a tile of dy, and of x with a halo of one
// pixel, and sums all nine taps of its filters and channels from it (halo_filter_columns.h). The sum over the pixels of
// the batch is cut into slices of whole tiles; a second kernel adds them in a fixed order. The thread that copied dy
// sums it for db, in fp32, before it rounds it to tf32. Reads x 1.3 to 1.6 times and dy once per tile of channels.
#include "kernels/common/registration.h"
#include "kernels/conv2d/halo_filter_gradient.h"

namespace gs::GS_TARGET {
namespace {

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

}  // namespace

void add_filter_slices(float* dw, float* db, const float* partial, const Conv2d& d, int count, stream_t s) {
  const int weights = int(d.w_size() / 4), size = weights + d.k / 4;
  const auto add = [&](auto rows) {
    launch<add_slices_halo<rows>>({dim3(unsigned(parts(size, columns_of_sums))), dim3(columns_of_sums * rows)}, s,
                                  reinterpret_cast<float4*>(dw), reinterpret_cast<float4*>(db),
                                  reinterpret_cast<const float4*>(partial), weights, size, count);
  };
  if (count <= 32)
    add(std::integral_constant<int, 4>());
  else
    add(std::integral_constant<int, 16>());
}

namespace {

template <class T>
void conv2d_filter_gradient_halo(float* dw, float* db, const T* x, const T* dy, const Conv2d& d, void* workspace,
                                 stream_t s) {
  filter_gradient_on_halos<StagedGradients>(dw, db, x, dy, d, workspace, s);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<Conv2dFilterGradient<T>>({.name = "halo",
                                         .rank = 4,
                                         .targets = on_blocks,
                                         .launch = &conv2d_filter_gradient_halo<T>,
                                         .supports = &conv2d_halo_supports,
                                         .workspace_bytes = &halo_filter_gradient_workspace<T>,
                                         .arithmetic = tensor_core_arithmetic<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
