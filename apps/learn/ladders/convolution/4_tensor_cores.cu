// 4_tensor_cores.cu - the same product, 16 x 16 x 16 at a time.
//
// The tiles are halves, so the result is right within 1e-3 and no longer 1e-6. A warp has 16 filters and 16 pixels, and
// one mma_sync does 4,096 of their multiplications. Requests of shared memory fall from 44,352 to 9,344, although a
// fragment is counted here element by element; a GPU reads several at once. A step has 16 rows instead of 8, which
// takes 176 barriers instead of 288.
//
// counts at 8 16 34 34: requests 3,456, sectors 15,488, shared requests 9,344, bank conflicts 0,
//   divergent requests 128, barriers 176, shared bytes 8,704
// fewer: shared requests
#include <cuda_fp16.h>
#include <mma.h>

#include "convolution.h"
using namespace nvcuda::wmma;

/// Element (i, pixel) of the matrix; 0 outside of it.
__device__ float element(const float* in, const Shape& shape, int i, int pixel) {
  if (i >= shape.channels * 9 || pixel >= shape.pixels()) return 0;
  int c = i / 9, y = pixel / shape.out_width() + i % 9 / 3, x = pixel % shape.out_width() + i % 3;
  return in[(c * shape.height + y) * shape.width + x];
}

__global__ void convolve(const float* in, const float* filters, float* out, Shape shape) {
  __shared__ __align__(32) half filter_tile[16][24], in_tile[16][88];  // rows of 16 and 64, padded
  __shared__ __align__(32) float out_tile[16][80];
  int t = threadIdx.x, p = t % 64, first_pixel = blockIdx.x * 64, first_filter = blockIdx.y * 16,
      length = shape.channels * 9;
  fragment<accumulator, 16, 16, 16, float> sum;
  fill_fragment(sum, 0.0f);
  for (int first = 0; first < length; first += 16) {
    for (int e = t; e < 256; e += 128) {
      int f = first_filter + e / 16, i = first + e % 16;
      filter_tile[e / 16][e % 16] = __float2half(f < shape.filters && i < length ? filters[f * length + i] : 0);
    }
    for (int row = t / 64; row < 16; row += 2)
      in_tile[row][p] = __float2half(element(in, shape, first + row, first_pixel + p));
    __syncthreads();
    fragment<matrix_a, 16, 16, 16, half, row_major> of_filters;
    fragment<matrix_b, 16, 16, 16, half, row_major> of_in;
    load_matrix_sync(of_filters, &filter_tile[0][0], 24);
    load_matrix_sync(of_in, &in_tile[0][t / 32 * 16], 88);
    mma_sync(sum, of_filters, of_in, sum);
    __syncthreads();
  }
  store_matrix_sync(&out_tile[0][t / 32 * 16], sum, 80, mem_row_major);
  __syncthreads();
  for (int row = t / 64; row < 16; row += 2)
    if (first_filter + row < shape.filters && first_pixel + p < shape.pixels())
      out[(first_filter + row) * shape.pixels() + first_pixel + p] = out_tile[row][p];
}

int main(int count, char** words) {
  return check_convolution(count, words, 1e-3, [](const float* in, const float* filters, float* out, Shape shape) {
    convolve<<<dim3((shape.pixels() + 63) / 64, (shape.filters + 15) / 16), 128>>>(in, filters, out, shape);
  });
}
