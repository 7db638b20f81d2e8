// Tiles that come by asynchronous copies, the next one while this one is summed up; groups of threads add up.
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
#include <cuda_pipeline.h>
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

namespace cg = cooperative_groups;
constexpr int tile = 256, stages = 2;

__global__ void __launch_bounds__(tile / 4) sum_tiles(const float* __restrict__ in, float* out, int tiles) {
  __shared__ alignas(16) float buffer[stages][tile];
  auto block = cg::this_thread_block();
  auto warp = cg::tiled_partition<32>(block);
  const int t = block.thread_rank();
  auto fetch = [&](int i) {
    if (i < tiles) __pipeline_memcpy_async(&buffer[i % stages][4 * t], &in[i * tile + 4 * t], 4 * sizeof(float));
    __pipeline_commit();
  };
  float sum = 0;
  fetch(0);
  for (int i = 0; i < tiles; ++i) {
    fetch(i + 1);
    __pipeline_wait_prior(1);
    block.sync();
    for (int j = t; j < tile; j += block.size()) sum += buffer[i % stages][j];
    block.sync();
  }
  __pipeline_wait_prior(0);
  sum = cg::reduce(warp, sum, cg::plus<float>());
  if (warp.thread_rank() == 0) atomicAdd(out, sum);
}

int main() {
  const int tiles = 5, n = tiles * tile;
  std::vector<float> host(n);
  float expected = 0, result = 0;
  for (int i = 0; i < n; ++i) expected += host[i] = i % 10;
  float *in, *out;
  cudaMalloc(&in, n * sizeof(float));
  cudaMalloc(&out, sizeof(float));
  cudaMemcpy(in, host.data(), n * sizeof(float), cudaMemcpyHostToDevice);
  cudaMemset(out, 0, sizeof(float));
  sum_tiles<<<1, tile / 4>>>(in, out, tiles);
  cudaMemcpy(&result, out, sizeof result, cudaMemcpyDeviceToHost);
  printf("%s\n", result == expected ? "right" : "wrong");
  cudaFree(in);
  cudaFree(out);
  return 0;
}
