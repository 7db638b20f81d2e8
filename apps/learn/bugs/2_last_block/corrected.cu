#include <cstdio>

// The sum of 8 x 64 numbers: each block adds its 64, and the block that is ready last adds the 8 sums.
__global__ void total(const int* a, int* sums, unsigned* ready, int* out) {
  __shared__ int s[64];
  __shared__ bool last;
  int t = threadIdx.x;
  s[t] = a[blockIdx.x * 64 + t];
  for (int half = 32; half > 0; half /= 2) {
    __syncthreads();
    if (t < half) s[t] += s[t + half];
  }
  if (t == 0) {
    sums[blockIdx.x] = s[0];
    __threadfence();
    last = atomicAdd(ready, 1u) == gridDim.x - 1;
  }
  __syncthreads();
  if (last && t == 0) {
    __threadfence();
    int sum = 0;
    for (int b = 0; b < gridDim.x; ++b) sum += sums[b];
    *out = sum;
  }
}

int main() {
  int *a, *sums, *out;
  unsigned* ready;
  cudaMallocManaged(&a, 512 * sizeof(int));
  cudaMallocManaged(&sums, 8 * sizeof(int));
  cudaMallocManaged(&out, sizeof(int));
  cudaMallocManaged(&ready, sizeof(unsigned));
  for (int i = 0; i < 512; ++i) a[i] = i;
  *ready = 0;
  total<<<8, 64>>>(a, sums, ready, out);
  cudaDeviceSynchronize();
  printf("the sum is %d, should be 130816\n", *out);
  cudaFree(a);
  cudaFree(sums);
  cudaFree(out);
  cudaFree(ready);
  return 0;
}
