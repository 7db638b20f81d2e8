#include <cstdio>

// A kernel: each thread runs these lines.
__global__ void numbers(int* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  printf("block %d, thread %d: index %d\n", blockIdx.x, threadIdx.x, i);
  out[i] = i;
}

// Runs on the CPU. 2 blocks of 4 threads:
void launch(int* out) {
  numbers<<<2, 4>>>(out);
}
