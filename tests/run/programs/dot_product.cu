// Dot product in one launch: the block that finishes last adds up the sums of all blocks. A fence makes them visible to
// it.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

constexpr int block_size = 128;
__device__ unsigned finished = 0;

__device__ float sum_of_block(float value) {
  __shared__ float cache[block_size];
  cache[threadIdx.x] = value;
  __syncthreads();
  for (int i = block_size / 2; i != 0; i /= 2) {
    if (static_cast<int>(threadIdx.x) < i) cache[threadIdx.x] += cache[threadIdx.x + i];
    __syncthreads();
  }
  value = cache[0];
  __syncthreads();
  return value;
}

__global__ void dot(const float* a, const float* b, float* partial, float* result, int n) {
  __shared__ bool last;
  float sum = 0.0f;
  for (int i = blockIdx.x * block_size + threadIdx.x; i < n; i += gridDim.x * block_size) sum += a[i] * b[i];
  sum = sum_of_block(sum);
  if (threadIdx.x == 0) {
    partial[blockIdx.x] = sum;
    __threadfence();
    last = atomicInc(&finished, gridDim.x - 1) == gridDim.x - 1;  // it begins again at 0 for the next launch
  }
  __syncthreads();
  if (!last) return;
  __threadfence();
  sum = 0.0f;
  for (int block = threadIdx.x; block < static_cast<int>(gridDim.x); block += block_size) sum += partial[block];
  sum = sum_of_block(sum);
  if (threadIdx.x == 0) *result = sum;
}

int main() {
  const int n = 6000, blocks = 12;
  std::vector<float> a(n), b(n);
  float *d_a, *d_b, *d_partial, *d_result;
  cudaMalloc(&d_a, n * sizeof(float));
  cudaMalloc(&d_b, n * sizeof(float));
  cudaMalloc(&d_partial, blocks * sizeof(float));
  cudaMalloc(&d_result, sizeof(float));
  for (int round = 1; round <= 3; ++round) {
    double expected = 0.0;
    for (int i = 0; i < n; ++i) {
      a[i] = static_cast<float>(i % 19 - 9);
      b[i] = static_cast<float>(i % (7 + round));
      expected += a[i] * b[i];
    }
    cudaMemcpy(d_a, a.data(), n * sizeof(float), cudaMemcpyHostToDevice);
    cudaMemcpy(d_b, b.data(), n * sizeof(float), cudaMemcpyHostToDevice);
    dot<<<blocks, block_size>>>(d_a, d_b, d_partial, d_result, n);
    float result;
    cudaMemcpy(&result, d_result, sizeof(float), cudaMemcpyDeviceToHost);
    if (result == expected)
      printf("round %d: right\n", round);
    else
      printf("round %d: %g, should be %g\n", round, result, expected);
  }
  cudaFree(d_a);
  cudaFree(d_b);
  cudaFree(d_partial);
  cudaFree(d_result);
  return 0;
}
