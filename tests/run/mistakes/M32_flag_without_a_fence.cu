// Mistake: the last block reads the other blocks' sums, which no fence has made visible.
// Correction: __threadfence() before the atomicAdd.
#include <cuda_runtime.h>

__global__ void total(const int* in, int* sums, int* done, int* out) {
  sums[blockIdx.x] = in[blockIdx.x];
  if (atomicAdd(done, 1) < gridDim.x - 1) return;
  int sum = 0;
  for (int i = 0; i < gridDim.x; ++i) sum += sums[i];
  *out = sum;
}

int main() {
  int *in, *sums, *done, *out;
  cudaMalloc(&in, 8 * sizeof(int));
  cudaMalloc(&sums, 8 * sizeof(int));
  cudaMalloc(&done, sizeof(int));
  cudaMalloc(&out, sizeof(int));
  cudaMemset(in, 0, 8 * sizeof(int));
  cudaMemset(done, 0, sizeof(int));
  total<<<8, 1>>>(in, sums, done, out);
  cudaDeviceSynchronize();
  for (int* memory : {in, sums, done, out}) cudaFree(memory);
  return 0;
}
