// Reduction by shuffles: the lanes of a warp add without shared memory, then the first warp adds the sums of the warps.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

__inline__ __device__ int warpReduceSum(int value) {
  for (int offset = warpSize / 2; offset > 0; offset /= 2) value += __shfl_down_sync(0xffffffffu, value, offset);
  return value;
}

__inline__ __device__ int blockReduceSum(int value) {
  static __shared__ int sums[32];
  int lane = threadIdx.x % warpSize, warp = threadIdx.x / warpSize;
  value = warpReduceSum(value);
  if (lane == 0) sums[warp] = value;
  __syncthreads();
  value = threadIdx.x < blockDim.x / warpSize ? sums[lane] : 0;
  if (warp == 0) value = warpReduceSum(value);
  return value;
}

__global__ void sum(const int* in, int* out, int n) {
  int mine = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) mine += in[i];
  mine = blockReduceSum(mine);
  if (threadIdx.x == 0) atomicAdd(out, mine);
}

__global__ void largest_of_warp(int* data) {
  int value = data[threadIdx.x];
  for (int mask = 16; mask > 0; mask /= 2) value = max(value, __shfl_xor_sync(0xffffffffu, value, mask));
  data[threadIdx.x] = value;
}

int main() {
  const int n = 20000;
  std::vector<int> in(n);
  int expected = 0;
  for (int i = 0; i < n; ++i) expected += in[i] = (i * 7919) % 1000;
  int *d_in, *d_out, result = 0;
  cudaMalloc(&d_in, n * sizeof(int));
  cudaMalloc(&d_out, sizeof(int));
  cudaMemcpy(d_in, in.data(), n * sizeof(int), cudaMemcpyHostToDevice);
  cudaMemset(d_out, 0, sizeof(int));
  sum<<<6, 256>>>(d_in, d_out, n);
  cudaMemcpy(&result, d_out, sizeof(int), cudaMemcpyDeviceToHost);
  if (result == expected)
    printf("sum: right\n");
  else
    printf("the sum is %d, should be %d\n", result, expected);

  largest_of_warp<<<1, 32>>>(d_in);
  int first[32], most = 0, equal = 0;
  cudaMemcpy(first, d_in, sizeof first, cudaMemcpyDeviceToHost);
  for (int i = 0; i < 32; ++i) most = in[i] > most ? in[i] : most;
  for (int value : first) equal += value == most;
  printf("lanes that know the largest: %d\n", equal);
  cudaFree(d_in);
  cudaFree(d_out);
  return 0;
}
