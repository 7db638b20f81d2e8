// Atomics that CUDA lacks, built from atomicCAS: the largest of floats, and a product modulo a prime.
#include <cuda_runtime.h>

#include <cstdio>

__device__ float atomicMaxOfFloats(float* address, float value) {
  int* word = reinterpret_cast<int*>(address);
  int old = atomicAdd(word, 0), assumed;
  do {
    assumed = old;
    if (__int_as_float(assumed) >= value) break;
    old = atomicCAS(word, assumed, __float_as_int(value));
  } while (assumed != old);
  return __int_as_float(old);
}

__device__ void atomicMultiply(unsigned* address, unsigned factor, unsigned prime) {
  unsigned old = atomicAdd(address, 0u), assumed;
  do {
    assumed = old;
    old = atomicCAS(address, assumed, assumed * factor % prime);
  } while (assumed != old);
}

__global__ void combine(const float* in, int n, float* largest, unsigned* product, unsigned prime) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  atomicMaxOfFloats(largest, in[i]);
  atomicMultiply(product, i + 1, prime);
}

int main() {
  const int n = 400;
  const unsigned prime = 10007;
  float in[n], largest = -1e30f, expected_largest = -1e30f;
  unsigned product = 1, expected_product = 1;
  for (int i = 0; i < n; ++i) {
    in[i] = (i * 53 % 397) / 4.0f - 150.0f;  // negative ones, too
    expected_largest = in[i] > expected_largest ? in[i] : expected_largest;
    expected_product = expected_product * (i + 1) % prime;
  }
  float *d_in, *d_largest;
  unsigned* d_product;
  cudaMalloc(&d_in, sizeof in);
  cudaMalloc(&d_largest, sizeof largest);
  cudaMalloc(&d_product, sizeof product);
  cudaMemcpy(d_in, in, sizeof in, cudaMemcpyHostToDevice);
  cudaMemcpy(d_largest, &largest, sizeof largest, cudaMemcpyHostToDevice);
  cudaMemcpy(d_product, &product, sizeof product, cudaMemcpyHostToDevice);
  combine<<<4, 100>>>(d_in, n, d_largest, d_product, prime);
  cudaMemcpy(&largest, d_largest, sizeof largest, cudaMemcpyDeviceToHost);
  cudaMemcpy(&product, d_product, sizeof product, cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_largest);
  cudaFree(d_product);
  if (largest != expected_largest || product != expected_product) {
    printf("%g and %u, should be %g and %u\n", largest, product, expected_largest, expected_product);
    return 1;
  }
  printf("largest %g\nright\n", largest);
  return 0;
}
