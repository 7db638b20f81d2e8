// Cooperative groups: the block and its tiles of 32 threads are objects that have ranks, barriers and shuffles.
#include <cooperative_groups.h>
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

namespace cg = cooperative_groups;

template <typename Tile>
__device__ int sum_of_tile(const Tile& tile, int value) {
  for (unsigned offset = tile.size() / 2; offset > 0; offset /= 2) value += tile.shfl_down(value, offset);
  return value;  // complete in the tile's thread 0
}

__global__ void sums_of_blocks(const int* in, int* out, int n) {
  __shared__ int sums[8];
  cg::thread_block block = cg::this_thread_block();
  cg::thread_block_tile<32> tile = cg::tiled_partition<32>(block);
  int i = blockIdx.x * block.size() + block.thread_rank();
  int sum = sum_of_tile(tile, i < n ? in[i] : 0);
  if (tile.thread_rank() == 0) sums[block.thread_rank() / 32] = sum;
  block.sync();
  if (block.thread_rank() == 0) {
    int total = 0;
    for (unsigned warp = 0; warp < block.size() / 32; ++warp) total += sums[warp];
    out[blockIdx.x] = total;
  }
}

__global__ void first_of_four(int* data) {
  auto tile = cg::tiled_partition<4>(cg::this_thread_block());
  int value = data[threadIdx.x];
  data[threadIdx.x] = tile.shfl(value, 0) + static_cast<int>(tile.thread_rank());
}

int main() {
  const int n = 3000, threads = 256, blocks = (n + threads - 1) / threads;
  std::vector<int> in(n), expected(blocks, 0), out(blocks);
  for (int i = 0; i < n; ++i) expected[i / threads] += in[i] = i % 50;
  int *d_in, *d_out;
  cudaMalloc(&d_in, n * sizeof(int));
  cudaMalloc(&d_out, blocks * sizeof(int));
  cudaMemcpy(d_in, in.data(), n * sizeof(int), cudaMemcpyHostToDevice);
  sums_of_blocks<<<blocks, threads>>>(d_in, d_out, n);
  cudaMemcpy(out.data(), d_out, blocks * sizeof(int), cudaMemcpyDeviceToHost);
  for (int block = 0; block < blocks; ++block)
    if (out[block] != expected[block]) {
      printf("the sum of block %d is %d, should be %d\n", block, out[block], expected[block]);
      return 1;
    }
  printf("sums: right\n");

  first_of_four<<<1, 64>>>(d_in);
  cudaMemcpy(in.data(), d_in, 64 * sizeof(int), cudaMemcpyDeviceToHost);
  for (int i = 0; i < 64; ++i)
    if (in[i] != i / 4 * 4 % 50 + i % 4) {
      printf("element %d is %d, should be %d\n", i, in[i], i / 4 * 4 % 50 + i % 4);
      return 1;
    }
  printf("tiles of 4: right\n");
  cudaFree(d_in);
  cudaFree(d_out);
  return 0;
}
