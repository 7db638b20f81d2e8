// Reduction, first attempt: interleaved addresses. It is right, but half of the threads of each warp idle from the
// start.
#include <cuda_runtime.h>

#include <cstdio>

const int block_size = 128;

__global__ void reduce(const int* in, int* out, int n) {
  __shared__ int sdata[block_size];
  unsigned tid = threadIdx.x;
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  sdata[tid] = i < n ? in[i] : 0;
  __syncthreads();
  for (unsigned s = 1; s < blockDim.x; s *= 2) {
    if (tid % (2 * s) == 0) sdata[tid] += sdata[tid + s];
    __syncthreads();
  }
  if (tid == 0) out[blockIdx.x] = sdata[0];
}

int main() {
  const int n = 5000, blocks = (n + block_size - 1) / block_size;
  int in[n], sums[blocks], expected = 0, sum = 0;
  for (int i = 0; i < n; ++i) {
    in[i] = i % 17 - 3;
    expected += in[i];
  }
  int *d_in, *d_out;
  cudaMalloc(&d_in, sizeof in);
  cudaMalloc(&d_out, sizeof sums);
  cudaMemcpy(d_in, in, sizeof in, cudaMemcpyHostToDevice);
  reduce<<<blocks, block_size>>>(d_in, d_out, n);
  cudaMemcpy(sums, d_out, sizeof sums, cudaMemcpyDeviceToHost);
  for (int block = 0; block < blocks; ++block) sum += sums[block];
  printf("%d blocks\n", blocks);
  if (sum == expected)
    printf("right\n");
  else
    printf("the sum is %d, should be %d\n", sum, expected);
  cudaFree(d_in);
  cudaFree(d_out);
  return 0;
}
