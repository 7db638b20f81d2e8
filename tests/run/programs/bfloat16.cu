// The type bfloat16: the range of a float with 8 bits of precision, so 257 becomes 256; sums are kept in float.
#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include <cstdio>

__global__ void convert(const float* in, __nv_bfloat16* out, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = __float2bfloat16(in[i]);
}

__global__ void dot(const __nv_bfloat16* a, const __nv_bfloat16* b, float* result, int n) {
  float sum = 0.0f;
  for (int i = threadIdx.x; i < n; i += 32) sum += __bfloat162float(a[i]) * __bfloat162float(b[i]);
  for (int offset = 16; offset > 0; offset /= 2) sum += __shfl_down_sync(0xffffffffu, sum, offset);
  if (threadIdx.x == 0) *result = sum;
}

int main() {
  const int n = 200;
  float in[n], result = 0.0f, expected = 0.0f;
  for (int i = 0; i < n; ++i) in[i] = static_cast<float>(i);
  in[0] = 257.0f;
  in[1] = 1e38f;  // a half would overflow
  for (int i = 2; i < n; ++i) expected += in[i] * in[n + 1 - i];
  float *d_in, *d_result;
  __nv_bfloat16 *d_a, *d_b, a[n];
  cudaMalloc(&d_in, sizeof in);
  cudaMalloc(&d_result, sizeof(float));
  cudaMalloc(&d_a, n * sizeof(__nv_bfloat16));
  cudaMalloc(&d_b, n * sizeof(__nv_bfloat16));
  cudaMemcpy(d_in, in, sizeof in, cudaMemcpyHostToDevice);
  convert<<<2, 128>>>(d_in, d_a, n);
  cudaMemcpy(a, d_a, sizeof a, cudaMemcpyDeviceToHost);
  printf("257 becomes %g, 1e38 stays finite: %s\n", __bfloat162float(a[0]),
         __bfloat162float(a[1]) < 2e38f ? "yes" : "no");

  float reversed[n];
  for (int i = 2; i < n; ++i) reversed[i] = in[n + 1 - i];
  cudaMemcpy(d_in + 2, reversed + 2, (n - 2) * sizeof(float), cudaMemcpyHostToDevice);
  convert<<<2, 128>>>(d_in, d_b, n);
  dot<<<1, 32>>>(d_a + 2, d_b + 2, d_result, n - 2);
  cudaMemcpy(&result, d_result, sizeof(float), cudaMemcpyDeviceToHost);
  if (result == expected)
    printf("right\n");
  else
    printf("the product is %g, should be %g\n", result, expected);
  cudaFree(d_in);
  cudaFree(d_result);
  cudaFree(d_a);
  cudaFree(d_b);
  return 0;
}
