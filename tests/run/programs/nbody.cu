// N bodies: each thread adds the pull of all others, which pass by in tiles of shared memory; float4 holds place and
// mass.
#include <cuda_runtime.h>

#include <cmath>
#include <cstdio>
#include <vector>

constexpr int tile = 64;
constexpr float softening = 0.25f;

__global__ void accelerations(const float4* bodies, float3* result, int n) {
  __shared__ float4 passing[tile];
  const int i = blockIdx.x * tile + threadIdx.x;
  const float4 me = i < n ? bodies[i] : make_float4(0.0f, 0.0f, 0.0f, 0.0f);
  float3 sum = make_float3(0.0f, 0.0f, 0.0f);
  for (int first = 0; first < n; first += tile) {
    const int j = first + threadIdx.x;
    passing[threadIdx.x] = j < n ? bodies[j] : make_float4(0.0f, 0.0f, 0.0f, 0.0f);  // no mass, no pull
    __syncthreads();
    for (int k = 0; k < tile; ++k) {
      const float x = passing[k].x - me.x, y = passing[k].y - me.y, z = passing[k].z - me.z;
      const float inverse = rsqrtf(x * x + y * y + z * z + softening);
      const float pull = passing[k].w * inverse * inverse * inverse;
      sum.x += pull * x;
      sum.y += pull * y;
      sum.z += pull * z;
    }
    __syncthreads();
  }
  if (i < n) result[i] = sum;
}

int main() {
  const int n = 150;
  std::vector<float4> bodies(n);
  for (int i = 0; i < n; ++i) bodies[i] = make_float4(i % 5, i % 7, i % 11, 1 + i % 3);
  float4* d_bodies;
  float3* d_result;
  cudaMalloc(&d_bodies, n * sizeof(float4));
  cudaMalloc(&d_result, n * sizeof(float3));
  cudaMemcpy(d_bodies, bodies.data(), n * sizeof(float4), cudaMemcpyHostToDevice);
  accelerations<<<(n + tile - 1) / tile, tile>>>(d_bodies, d_result, n);
  std::vector<float3> result(n);
  cudaMemcpy(result.data(), d_result, n * sizeof(float3), cudaMemcpyDeviceToHost);
  cudaFree(d_bodies);
  cudaFree(d_result);

  for (int i = 0; i < n; ++i) {
    double sum[3] = {}, size = 0.0;
    for (int j = 0; j < n; ++j) {
      const double d[3] = {bodies[j].x - bodies[i].x, bodies[j].y - bodies[i].y, bodies[j].z - bodies[i].z};
      const double pull = bodies[j].w * std::pow(d[0] * d[0] + d[1] * d[1] + d[2] * d[2] + softening, -1.5);
      for (int axis = 0; axis < 3; ++axis) sum[axis] += pull * d[axis];
      size += pull;
    }
    const float3 a = result[i];
    const double error = std::fabs(a.x - sum[0]) + std::fabs(a.y - sum[1]) + std::fabs(a.z - sum[2]);
    if (!(error <= 1e-4 * size)) {
      printf("body %d: %g %g %g, should be %g %g %g\n", i, a.x, a.y, a.z, sum[0], sum[1], sum[2]);
      return 1;
    }
  }
  printf("right\n");
  return 0;
}
