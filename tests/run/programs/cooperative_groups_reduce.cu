// Cooperative groups' own reduction: cg::reduce gives every thread of the tile the sum, or the largest value.
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

namespace cg = cooperative_groups;

__global__ void statistics(const int* in, int* sum, int* largest, int n) {
  auto block = cg::this_thread_block();
  auto tile = cg::tiled_partition<32>(block);
  int total = 0, most = -1;
  for (int i = blockIdx.x * blockDim.x + block.thread_rank(); i < n; i += gridDim.x * blockDim.x) {
    total += in[i];
    most = max(most, in[i]);
  }
  total = cg::reduce(tile, total, cg::plus<int>());
  most = cg::reduce(tile, most, cg::greater<int>());
  if (tile.thread_rank() == 0) {
    atomicAdd(sum, total);
    atomicMax(largest, most);
  }
}

int main() {
  const int n = 7777;
  std::vector<int> in(n);
  int expected_sum = 0, expected_largest = 0;
  for (int i = 0; i < n; ++i) {
    in[i] = (i * 31) % 1009;
    expected_sum += in[i];
    expected_largest = in[i] > expected_largest ? in[i] : expected_largest;
  }
  int *d_in, *d_results, results[2] = {0, -1};
  cudaMalloc(&d_in, n * sizeof(int));
  cudaMalloc(&d_results, sizeof results);
  cudaMemcpy(d_in, in.data(), n * sizeof(int), cudaMemcpyHostToDevice);
  cudaMemcpy(d_results, results, sizeof results, cudaMemcpyHostToDevice);
  statistics<<<4, 128>>>(d_in, d_results, d_results + 1, n);
  cudaMemcpy(results, d_results, sizeof results, cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_results);
  if (results[0] != expected_sum || results[1] != expected_largest) {
    printf("sum %d, largest %d, should be %d and %d\n", results[0], results[1], expected_sum, expected_largest);
    return 1;
  }
  printf("largest %d\nright\n", results[1]);
  return 0;
}
