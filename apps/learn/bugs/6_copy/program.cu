#include <cuda_pipeline.h>

#include <cstdio>

// The difference of each of 128 numbers from the one before it.
__global__ void differences(const int* a, int* out) {
  __shared__ int tile[128];
  int t = threadIdx.x;
  __pipeline_memcpy_async(&tile[t], &a[t], sizeof(int));
  __pipeline_commit();
  int before = 0;  // of the first number
  // The copies travel meanwhile.
  __pipeline_wait_prior(0);
  int mine = tile[t];
  if (t > 0) {
    before = tile[t - 1];
  }
  out[t] = mine - before;
}

int main() {
  int *a, *out;
  cudaMallocManaged(&a, 128 * sizeof(int));
  cudaMallocManaged(&out, 128 * sizeof(int));
  for (int i = 0; i < 128; ++i) a[i] = i * i;
  differences<<<1, 128>>>(a, out);
  cudaDeviceSynchronize();
  printf("out[1] is %d, should be 1\n", out[1]);
  printf("out[100] is %d, should be 199\n", out[100]);
  cudaFree(a);
  cudaFree(out);
  return 0;
}
