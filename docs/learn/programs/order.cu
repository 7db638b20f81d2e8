// Four floats are added by atomics, one by each block, in two orders of the blocks.
#include <cstdio>

__global__ void add_up(const float* a, float* sum, bool backwards) {
  int i = backwards ? gridDim.x - 1 - blockIdx.x : blockIdx.x;
  atomicAdd(sum, a[i]);
}

__global__ void in_a_tree(const float* a, float* sum, bool backwards) {
  int i = backwards ? blockDim.x - 1 - threadIdx.x : threadIdx.x;
  __shared__ float s[4];
  s[i] = a[i];
  __syncthreads();
  if (i < 2) s[i] += s[i + 2];
  __syncthreads();
  if (i == 0) *sum = s[0] + s[1];
}

int main() {
  float *a, *sum;
  cudaMallocManaged(&a, 4 * sizeof(float));
  cudaMallocManaged(&sum, sizeof(float));
  a[0] = 16777216, a[1] = a[2] = a[3] = 1;
  for (bool backwards : {false, true}) {
    *sum = 0;
    add_up<<<4, 1>>>(a, sum, backwards);
    cudaDeviceSynchronize();
    printf("atomics, blocks %s: %.0f\n", backwards ? "3 2 1 0" : "0 1 2 3", *sum);
  }
  for (bool backwards : {false, true}) {
    in_a_tree<<<1, 4>>>(a, sum, backwards);
    cudaDeviceSynchronize();
    printf("tree, threads %s: %.0f\n", backwards ? "3 2 1 0" : "0 1 2 3", *sum);
  }
  cudaFree(a);
  cudaFree(sum);
  return 0;
}
