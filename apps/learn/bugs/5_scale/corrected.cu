#include <cstdio>

// Multiplies n numbers by a factor, which is loaded from global memory once.
__global__ void scale(const float* a, const float* factor, float* out, int n) {
  __shared__ float f;
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (threadIdx.x == 0) f = *factor;
  __syncthreads();
  if (i < n) {
    float value = a[i];
    out[i] = f * value;
  }
}

int main() {
  const int n = 1000;
  float *a, *factor, *out;
  cudaMallocManaged(&a, n * sizeof(float));
  cudaMallocManaged(&out, n * sizeof(float));
  cudaMallocManaged(&factor, sizeof(float));
  for (int i = 0; i < n; ++i) a[i] = i;
  *factor = 0.5f;
  scale<<<(n + 255) / 256, 256>>>(a, factor, out, n);
  cudaDeviceSynchronize();
  printf("out[10] is %g, should be 5\n", out[10]);
  printf("out[998] is %g, should be 499\n", out[998]);
  cudaFree(a);
  cudaFree(factor);
  cudaFree(out);
  return 0;
}
