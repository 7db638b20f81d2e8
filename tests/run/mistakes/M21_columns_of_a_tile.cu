// Mistake: the lanes of a warp read a column of a tile whose rows have 32 words, all in one bank.
// Correction: rows of 33 words.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void transpose(const float* in, float* out) {
  __shared__ float tile[32][32];
  int x = threadIdx.x, y = threadIdx.y;
  tile[y][x] = in[y * 32 + x];
  __syncthreads();
  out[y * 32 + x] = tile[x][y];
}

int main() {
  float *d_in, *d_out;
  cudaMalloc(&d_in, 32 * 32 * sizeof(float));
  cudaMalloc(&d_out, 32 * 32 * sizeof(float));
  transpose<<<1, dim3(32, 32)>>>(d_in, d_out);
  printf("transposed\n");
  cudaFree(d_in);
  cudaFree(d_out);
  return 0;
}
