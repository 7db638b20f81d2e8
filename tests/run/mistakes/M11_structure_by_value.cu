// Mistake: no barrier between the store of a body and the load of another thread's, which a function takes by value.
// Correction: __syncthreads() between the two lines.
#include <cuda_runtime.h>

#include <cstdio>

struct Body {
  float x, y, mass;
};

__device__ __noinline__ float moment(Body body) {
  return body.mass * (body.x * body.x + body.y * body.y);
}

__global__ void moments(const Body* bodies, float* result) {
  __shared__ Body near[64];
  int t = threadIdx.x;
  near[t] = bodies[t];
  result[t] = moment(near[63 - t]);
}

int main() {
  const int n = 64;
  Body bodies[n];
  float result[n];
  for (int i = 0; i < n; ++i) bodies[i] = {float(i), 0, 2};
  Body* d_bodies;
  float* d_result;
  cudaMalloc(&d_bodies, sizeof bodies);
  cudaMalloc(&d_result, sizeof result);
  cudaMemcpy(d_bodies, bodies, sizeof bodies, cudaMemcpyHostToDevice);
  moments<<<1, n>>>(d_bodies, d_result);
  cudaMemcpy(result, d_result, sizeof result, cudaMemcpyDeviceToHost);
  cudaFree(d_bodies);
  cudaFree(d_result);
  printf("result[63] = %g, should be 0\n", result[63]);
  return 0;
}
