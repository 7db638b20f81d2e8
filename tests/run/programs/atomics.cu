// The other atomics: each returns the old value, so every one of these tickets is drawn once; _block ones are for a
// block.
#include <cuda_runtime.h>

#include <cstdio>

struct Results {
  int least, most, last, taken, bits, parity, decreasing;
};

__global__ void draw(int* tickets, Results* results, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  int ticket = atomicAdd(&results->taken, 1);
  tickets[ticket] = i;
  atomicMin(&results->least, 3 * i - 700);
  atomicMax(&results->most, 3 * i - 700);
  atomicExch(&results->last, 77);
  atomicOr(&results->bits, 1 << (i % 12));
  atomicXor(&results->parity, i);
  atomicSub(&results->decreasing, 2);
}

__global__ void sums_of_blocks(int* sums) {
  atomicAdd_block(&sums[blockIdx.x], threadIdx.x);
  atomicMax_block(&sums[gridDim.x + blockIdx.x], blockIdx.x * 1000 + threadIdx.x);
}

int main() {
  const int n = 500;
  int *tickets, *sums, xored = 0;
  Results* r;
  cudaMallocManaged(&tickets, n * sizeof(int));
  cudaMallocManaged(&sums, 6 * sizeof(int));
  cudaMallocManaged(&r, sizeof(Results));
  *r = {1000000, -1000000, 0, 0, 0, 0, 5000};
  for (int i = 0; i < 6; ++i) sums[i] = 0;
  draw<<<4, 128>>>(tickets, r, n);
  sums_of_blocks<<<3, 64>>>(sums);
  cudaDeviceSynchronize();

  bool drawn[n] = {};
  for (int i = 0; i < n; ++i) {
    drawn[tickets[i]] = true;
    xored ^= i;
  }
  int missing = 0;
  for (bool d : drawn) missing += !d;
  printf("tickets: %d taken, %d missing\n", r->taken, missing);
  printf("least %d, most %d, last %d\n", r->least, r->most, r->last);
  printf("bits %x, parity %s, decreasing %d\n", r->bits, r->parity == xored ? "right" : "wrong", r->decreasing);
  printf("blocks: %d %d %d, %d %d %d\n", sums[0], sums[1], sums[2], sums[3], sums[4], sums[5]);
  cudaFree(tickets);
  cudaFree(sums);
  cudaFree(r);
  return 0;
}
