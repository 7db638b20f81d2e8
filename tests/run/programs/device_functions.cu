// Functions of the GPU: __device__ ones with a loop, with recursion, by reference, and one that both sides call.
#include <cuda_runtime.h>

#include <cstdio>

__host__ __device__ inline unsigned collatz(unsigned n) {
  unsigned steps = 0;
  for (; n != 1; ++steps) n = n % 2 == 0 ? n / 2 : 3 * n + 1;
  return steps;
}

__device__ unsigned gcd(unsigned a, unsigned b) {
  return b == 0 ? a : gcd(b, a % b);
}

__device__ __forceinline__ void order(unsigned& small, unsigned& large) {
  if (small <= large) return;
  unsigned swapped = small;
  small = large;
  large = swapped;
}

__global__ void numbers(unsigned* steps, unsigned* divisors, unsigned n) {
  unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  steps[i] = collatz(i + 1);
  unsigned small = 360, large = i + 1;
  order(small, large);
  divisors[i] = gcd(large, small);
}

int main() {
  const unsigned n = 400;
  unsigned *d_steps, *d_divisors;
  cudaMalloc(&d_steps, n * sizeof(unsigned));
  cudaMalloc(&d_divisors, n * sizeof(unsigned));
  numbers<<<(n + 127) / 128, 128>>>(d_steps, d_divisors, n);
  unsigned steps[n], divisors[n];
  cudaMemcpy(steps, d_steps, sizeof steps, cudaMemcpyDeviceToHost);
  cudaMemcpy(divisors, d_divisors, sizeof divisors, cudaMemcpyDeviceToHost);
  cudaFree(d_steps);
  cudaFree(d_divisors);

  for (unsigned i = 0; i < n; ++i) {
    unsigned divisor = 360;
    while (360 % divisor != 0 || (i + 1) % divisor != 0) --divisor;
    if (steps[i] != collatz(i + 1) || divisors[i] != divisor) {
      printf("of %u: %u steps and %u, should be %u and %u\n", i + 1, steps[i], divisors[i], collatz(i + 1), divisor);
      return 1;
    }
  }
  printf("27 takes %u steps; 360 and 84 share %u\nright\n", steps[26], divisors[83]);
  return 0;
}
