// A block of 32 x 32 threads transposes a matrix of 32 x 32 numbers through shared memory.
#include <cstdio>

__global__ void transpose(const float* in, float* out) {
  __shared__ float tile[32][32];
  int x = threadIdx.x, y = threadIdx.y;
  tile[y][x] = in[y * 32 + x];
  __syncthreads();
  out[y * 32 + x] = tile[x][y];
}

int main() {
  float *in, *out;
  cudaMallocManaged(&in, 1024 * sizeof(float));
  cudaMallocManaged(&out, 1024 * sizeof(float));
  for (int i = 0; i < 1024; ++i) in[i] = i;
  transpose<<<1, dim3(32, 32)>>>(in, out);
  cudaDeviceSynchronize();
  printf("row 3, column 5: %g\n", out[3 * 32 + 5]);
  cudaFree(in);
  cudaFree(out);
  return 0;
}
