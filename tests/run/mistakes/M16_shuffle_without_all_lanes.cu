// Mistake: the shuffle names all 32 lanes, but only lanes 0 to 15 take the branch.
// Correction: all lanes shuffle, and the if comes after: int other = __shfl_down_sync(...); if (t < 16) sum += other.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void addHalves(const int* in, int* out) {
  int t = threadIdx.x, sum = in[t];
  if (t < 16) {
    sum += __shfl_down_sync(0xffffffffu, sum, 16);
  }
  out[t] = sum;
}

int main() {
  const int n = 32;
  int in[n], out[n];
  for (int i = 0; i < n; ++i) in[i] = i;
  int *d_in, *d_out;
  cudaMalloc(&d_in, sizeof in);
  cudaMalloc(&d_out, sizeof out);
  cudaMemcpy(d_in, in, sizeof in, cudaMemcpyHostToDevice);
  addHalves<<<1, n>>>(d_in, d_out);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_out);
  printf("out[3] = %d, should be 22\n", out[3]);
  return 0;
}
