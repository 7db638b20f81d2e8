// Clusters by k-means in the plane: centres in constant memory, sums by atomics in shared and then in global memory.
#include <cuda_runtime.h>

#include <cmath>
#include <cstdio>
#include <vector>

#define CHECK(call)                                                                  \
  do {                                                                               \
    cudaError_t error = (call);                                                      \
    if (error != cudaSuccess) {                                                      \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, cudaGetErrorString(error)); \
      return 1;                                                                      \
    }                                                                                \
  } while (0)

constexpr int k = 4, threads = 128;
__constant__ float2 centres[k];

struct Cluster {
  float x, y;
  int count;
};

__global__ void assign(const float2* points, int n, Cluster* clusters) {
  __shared__ Cluster mine[k];
  if (threadIdx.x < k) mine[threadIdx.x] = {0, 0, 0};
  __syncthreads();
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) {
    int nearest = 0;
    float least = INFINITY;
    for (int c = 0; c < k; ++c) {
      const float dx = points[i].x - centres[c].x, dy = points[i].y - centres[c].y;
      const float distance = dx * dx + dy * dy;
      if (distance < least) {
        least = distance;
        nearest = c;
      }
    }
    atomicAdd(&mine[nearest].x, points[i].x);
    atomicAdd(&mine[nearest].y, points[i].y);
    atomicAdd(&mine[nearest].count, 1);
  }
  __syncthreads();
  if (threadIdx.x < k) {
    atomicAdd(&clusters[threadIdx.x].x, mine[threadIdx.x].x);
    atomicAdd(&clusters[threadIdx.x].y, mine[threadIdx.x].y);
    atomicAdd(&clusters[threadIdx.x].count, mine[threadIdx.x].count);
  }
}

int main() {
  const int n = 1000;
  std::vector<float2> points(n);
  for (int i = 0; i < n; ++i)  // four squares around (+-10, +-10)
    points[i] = make_float2((i % 2 ? 10 : -10) + (i / 4 % 5 - 2), (i / 2 % 2 ? 10 : -10) + (i / 20 % 5 - 2));
  float2 guess[k] = {{-1, -2}, {2, -1}, {-2, 1}, {1, 2}};
  float2* d_points;
  Cluster* d_clusters;
  CHECK(cudaMalloc(&d_points, n * sizeof(float2)));
  CHECK(cudaMalloc(&d_clusters, k * sizeof(Cluster)));
  CHECK(cudaMemcpy(d_points, points.data(), n * sizeof(float2), cudaMemcpyHostToDevice));
  for (int round = 0; round < 3; ++round) {
    Cluster clusters[k];
    CHECK(cudaMemcpyToSymbol(centres, guess, sizeof guess));
    CHECK(cudaMemset(d_clusters, 0, k * sizeof(Cluster)));
    assign<<<(n + threads - 1) / threads, threads>>>(d_points, n, d_clusters);
    CHECK(cudaGetLastError());
    CHECK(cudaMemcpy(clusters, d_clusters, sizeof clusters, cudaMemcpyDeviceToHost));
    for (int c = 0; c < k; ++c)
      guess[c] = make_float2(clusters[c].x / clusters[c].count, clusters[c].y / clusters[c].count);
  }
  for (const float2& centre : guess) printf("centre at %.0f, %.0f\n", centre.x, centre.y);
  CHECK(cudaFree(d_points));
  CHECK(cudaFree(d_clusters));
  return 0;
}
