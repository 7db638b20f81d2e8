// Mistake: a lock without fences.
// Correction: __threadfence() behind the atomicCAS and before the atomicExch.
#include <cuda_runtime.h>

__global__ void count(int* lock, int* counter) {
  if (threadIdx.x != 0) return;
  while (atomicCAS(lock, 0, 1) != 0) {
  }
  *counter += 1;
  atomicExch(lock, 0);
}

int main() {
  int *lock, *counter;
  cudaMalloc(&lock, sizeof(int));
  cudaMalloc(&counter, sizeof(int));
  cudaMemset(lock, 0, sizeof(int));
  cudaMemset(counter, 0, sizeof(int));
  count<<<8, 32>>>(lock, counter);
  cudaDeviceSynchronize();
  cudaFree(lock);
  cudaFree(counter);
  return 0;
}
