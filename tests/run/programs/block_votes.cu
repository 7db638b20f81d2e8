// Barriers that also vote: all threads of a block learn how many agree, whether all do, and whether any does.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void vote(const int* in, int* counts, int* all, int* any) {
  const int value = in[blockIdx.x * blockDim.x + threadIdx.x];
  const int positive = __syncthreads_count(value > 0);
  const int all_small = __syncthreads_and(value < 75);
  const int any_zero = __syncthreads_or(value == 0);
  if (threadIdx.x == blockDim.x - 1) {
    counts[blockIdx.x] = positive;
    all[blockIdx.x] = all_small != 0;
    any[blockIdx.x] = any_zero != 0;
  }
}

int main() {
  const int blocks = 4, threads = 80, n = blocks * threads;
  int *in, *counts, *all, *any;
  cudaMallocManaged(&in, n * sizeof(int));
  cudaMallocManaged(&counts, blocks * sizeof(int));
  cudaMallocManaged(&all, blocks * sizeof(int));
  cudaMallocManaged(&any, blocks * sizeof(int));
  for (int i = 0; i < n; ++i) in[i] = i / threads == 2 ? i % 13 + 1 : (i * 29) % 100 - 20;
  vote<<<blocks, threads>>>(in, counts, all, any);
  cudaDeviceSynchronize();
  for (int block = 0; block < blocks; ++block) {
    int positive = 0, small = 1, zero = 0;
    for (int i = block * threads; i < (block + 1) * threads; ++i) {
      positive += in[i] > 0;
      small &= in[i] < 75;
      zero |= in[i] == 0;
    }
    const bool right = counts[block] == positive && all[block] == small && any[block] == zero;
    printf("block %d: %d positive, all below 75: %s, a zero: %s, %s\n", block, counts[block], all[block] ? "yes" : "no",
           any[block] ? "yes" : "no", right ? "right" : "wrong");
  }
  cudaFree(in);
  cudaFree(counts);
  cudaFree(all);
  cudaFree(any);
  return 0;
}
