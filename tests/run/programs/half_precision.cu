// Half precision: conversions, arithmetic on __half and on pairs, and its 11 bits: 2049 becomes 2048.
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <cstdio>

__global__ void compute(const float* in, __half* halves, float* out, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  halves[i] = __float2half(in[i]);
  const __half product = __hmul(halves[i], __float2half(0.5f));
  out[i] = __half2float(__hadd(product, halves[i]));
}

__global__ void add_pairs(const __half2* a, __half2* sums, int n) {
  const int i = threadIdx.x;
  if (i < n) sums[i] = __hadd2(a[i], __floats2half2_rn(1.0f, 2.0f));
}

int main() {
  const int n = 64;
  float in[n], out[n];
  for (int i = 0; i < n; ++i) in[i] = 2.0f * i;
  in[n - 1] = 2049.0f;
  float *d_in, *d_out;
  __half *d_halves, *d_sums, halves[n], sums[n];
  cudaMalloc(&d_in, sizeof in);
  cudaMalloc(&d_out, sizeof out);
  cudaMalloc(&d_halves, sizeof halves);
  cudaMalloc(&d_sums, sizeof sums);
  cudaMemcpy(d_in, in, sizeof in, cudaMemcpyHostToDevice);
  compute<<<2, 32>>>(d_in, d_halves, d_out, n);
  add_pairs<<<1, 32>>>(reinterpret_cast<__half2*>(d_halves), reinterpret_cast<__half2*>(d_sums), n / 2);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaMemcpy(halves, d_halves, sizeof halves, cudaMemcpyDeviceToHost);
  cudaMemcpy(sums, d_sums, sizeof sums, cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_out);
  cudaFree(d_halves);
  cudaFree(d_sums);

  printf("a half has %d bytes; 2049 becomes %g\n", static_cast<int>(sizeof(__half)), __half2float(halves[n - 1]));
  for (int i = 0; i < n - 1; ++i) {
    const float sum = in[i] + (i % 2 == 0 ? 1.0f : 2.0f);
    if (out[i] != 3.0f * i || __half2float(sums[i]) != sum) {
      printf("element %d: %g and %g, should be %g and %g\n", i, out[i], __half2float(sums[i]), 3.0f * i, sum);
      return 1;
    }
  }
  printf("right\n");
  return 0;
}
