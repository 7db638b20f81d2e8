// Pi by chance: each thread has its own generator and counts points in the quarter circle, in integers, so exactly.
#include <cuda_runtime.h>

#include <cmath>
#include <cstdio>

class Generator {
 public:
  __host__ __device__ explicit Generator(unsigned seed) : state_(seed * 2654435761u + 12345u) {}
  __host__ __device__ unsigned next() {  // 15 bits
    state_ = state_ * 1664525u + 1013904223u;
    return state_ >> 17;
  }

 private:
  unsigned state_;
};

__host__ __device__ unsigned hits(unsigned seed, int points) {
  Generator random(seed);
  unsigned inside = 0;
  for (int i = 0; i < points; ++i) {
    const unsigned x = random.next(), y = random.next();
    if (x * x + y * y < (1u << 30)) ++inside;
  }
  return inside;
}

__global__ void throw_points(unsigned* inside, int points) {
  const unsigned mine = hits(blockIdx.x * blockDim.x + threadIdx.x, points);
  atomicAdd(inside, mine);
}

int main() {
  const int blocks = 8, threads = 128, points = 50;
  unsigned *device, inside = 0, expected = 0;
  cudaMalloc(&device, sizeof(unsigned));
  cudaMemset(device, 0, sizeof(unsigned));
  throw_points<<<blocks, threads>>>(device, points);
  cudaMemcpy(&inside, device, sizeof inside, cudaMemcpyDeviceToHost);
  cudaFree(device);
  for (int thread = 0; thread < blocks * threads; ++thread) expected += hits(thread, points);
  if (inside != expected) {
    printf("%u points inside, should be %u\n", inside, expected);
    return 1;
  }
  const double pi = 4.0 * inside / (blocks * threads * points);
  printf("pi is about 3.1: %s\nright\n", std::fabs(pi - 3.14159) < 0.05 ? "yes" : "no");
  return 0;
}
