// Reduction with sequential addresses, two loads per thread, and a second launch that adds the sums of the blocks.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

__global__ void reduce(const float* in, float* out, int n) {
  extern __shared__ float partial[];
  const int t = threadIdx.x;
  const int i = blockIdx.x * (2 * blockDim.x) + t;
  float sum = i < n ? in[i] : 0.0f;
  if (i + static_cast<int>(blockDim.x) < n) sum += in[i + blockDim.x];
  partial[t] = sum;
  __syncthreads();
  for (int half = blockDim.x / 2; half > 0; half >>= 1) {
    if (t < half) partial[t] += partial[t + half];
    __syncthreads();
  }
  if (t == 0) out[blockIdx.x] = partial[0];
}

int main() {
  const int n = 10007, threads = 64, blocks = (n + 2 * threads - 1) / (2 * threads);
  std::vector<float> in(n);
  double expected = 0.0;
  for (int i = 0; i < n; ++i) {
    in[i] = static_cast<float>(i % 10);  // the sum stays below 2^24, so a float holds it exactly
    expected += in[i];
  }
  float *d_in, *d_sums, *d_sum;
  cudaMalloc(&d_in, n * sizeof(float));
  cudaMalloc(&d_sums, blocks * sizeof(float));
  cudaMalloc(&d_sum, sizeof(float));
  cudaMemcpy(d_in, in.data(), n * sizeof(float), cudaMemcpyHostToDevice);
  reduce<<<blocks, threads, threads * sizeof(float)>>>(d_in, d_sums, n);
  reduce<<<1, threads, threads * sizeof(float)>>>(d_sums, d_sum, blocks);
  float sum = -1.0f;
  cudaMemcpy(&sum, d_sum, sizeof sum, cudaMemcpyDeviceToHost);
  printf("%d blocks, then 1\n", blocks);
  if (sum == expected)
    printf("right\n");
  else
    printf("the sum is %g, should be %g\n", sum, expected);
  cudaFree(d_in);
  cudaFree(d_sums);
  cudaFree(d_sum);
  return 0;
}
