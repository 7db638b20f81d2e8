// Mistake: a matrix instruction needs the whole warp, but lanes 16 to 31 are elsewhere.
// Correction: all lanes take part: no if around the product.
#include <cuda_fp16.h>
#include <cuda_runtime.h>
#include <mma.h>

#include <cstdio>

using namespace nvcuda;

__global__ void product(const half* a, const half* b, float* c) {
  wmma::fragment<wmma::matrix_a, 16, 16, 16, half, wmma::row_major> rows;
  wmma::fragment<wmma::matrix_b, 16, 16, 16, half, wmma::col_major> columns;
  wmma::fragment<wmma::accumulator, 16, 16, 16, float> sums;
  wmma::fill_fragment(sums, 0.0f);
  wmma::load_matrix_sync(rows, a, 16);
  wmma::load_matrix_sync(columns, b, 16);
  if (threadIdx.x < 16) wmma::mma_sync(sums, rows, columns, sums);
  wmma::store_matrix_sync(c, sums, 16, wmma::mem_row_major);
}

int main() {
  half ones[256];
  for (half& one : ones) one = __float2half(1.0f);
  half* d_ones;
  float *d_c, c[256];
  cudaMalloc(&d_ones, sizeof ones);
  cudaMalloc(&d_c, sizeof c);
  cudaMemcpy(d_ones, ones, sizeof ones, cudaMemcpyHostToDevice);
  product<<<1, 32>>>(d_ones, d_ones, d_c);
  cudaMemcpy(c, d_c, sizeof c, cudaMemcpyDeviceToHost);
  cudaFree(d_ones);
  cudaFree(d_c);
  printf("c[0] = %g, should be 16\n", c[0]);
  return 0;
}
