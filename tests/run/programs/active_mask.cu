// A filter that asks for places once per group of lanes: those that take the branch together elect a leader, which
// draws places for all. It is right however the warp splits, as each group finds out with __activemask who is there.
#include <cuda_runtime.h>

#include <algorithm>
#include <cstdio>
#include <vector>

__device__ int next_place(int* counter) {
  const unsigned together = __activemask();
  const int lane = threadIdx.x % 32, leader = __ffs(together) - 1;
  int first = 0;
  if (lane == leader) first = atomicAdd(counter, __popc(together));
  first = __shfl_sync(together, first, leader);
  return first + __popc(together & ((1u << lane) - 1));
}

__global__ void keep_multiples_of_three(const int* in, int* out, int* counter, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n && in[i] % 3 == 0) out[next_place(counter)] = in[i];
}

int main() {
  const int n = 1000;
  std::vector<int> in(n), expected;
  for (int i = 0; i < n; ++i) {
    in[i] = (i * 73) % 1009;
    if (in[i] % 3 == 0) expected.push_back(in[i]);
  }
  int *d_in, *d_out, *d_counter, count = -1;
  cudaMalloc(&d_in, n * sizeof(int));
  cudaMalloc(&d_out, n * sizeof(int));
  cudaMalloc(&d_counter, sizeof(int));
  cudaMemcpy(d_in, in.data(), n * sizeof(int), cudaMemcpyHostToDevice);
  cudaMemset(d_counter, 0, sizeof(int));
  keep_multiples_of_three<<<(n + 127) / 128, 128>>>(d_in, d_out, d_counter, n);
  cudaMemcpy(&count, d_counter, sizeof(int), cudaMemcpyDeviceToHost);
  if (count != static_cast<int>(expected.size())) {
    printf("%d are kept, should be %d\n", count, static_cast<int>(expected.size()));
    return 1;
  }
  std::vector<int> out(count);
  cudaMemcpy(out.data(), d_out, count * sizeof(int), cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_out);
  cudaFree(d_counter);
  std::sort(out.begin(), out.end());  // warps draw their places in any order
  std::sort(expected.begin(), expected.end());
  printf("%d of %d are kept\n%s\n", count, n, out == expected ? "right" : "others than expected");
  return out == expected ? 0 : 1;
}
