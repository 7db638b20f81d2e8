// Wide loads: float4 moves 16 bytes with one instruction, __ldg reads what no thread writes; a tail of up to 3 is left
// over.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

__global__ void scale(const float* __restrict__ in, float* __restrict__ out, const float* factor, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  const float f = __ldg(factor);
  if (i < n / 4) {
    const float4 v = __ldg(reinterpret_cast<const float4*>(in) + i);
    reinterpret_cast<float4*>(out)[i] = make_float4(f * v.x, f * v.y, f * v.z, f * v.w);
  } else if (i < n / 4 + n % 4) {
    const int k = n / 4 * 4 + i - n / 4;
    out[k] = f * __ldg(&in[k]);
  }
}

__global__ void swap_pairs(int2* pairs, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  const int2 p = pairs[i];
  pairs[i] = make_int2(p.y, p.x);
}

int main() {
  const int n = 1003;
  const float factor = 3.0f;
  std::vector<float> in(n), out(n);
  for (int i = 0; i < n; ++i) in[i] = static_cast<float>(i);
  float *d_in, *d_out, *d_factor;
  cudaMalloc(&d_in, n * sizeof(float));
  cudaMalloc(&d_out, n * sizeof(float));
  cudaMalloc(&d_factor, sizeof(float));
  cudaMemcpy(d_in, in.data(), n * sizeof(float), cudaMemcpyHostToDevice);
  cudaMemcpy(d_factor, &factor, sizeof(float), cudaMemcpyHostToDevice);
  scale<<<2, 128>>>(d_in, d_out, d_factor, n);
  cudaMemcpy(out.data(), d_out, n * sizeof(float), cudaMemcpyDeviceToHost);
  for (int i = 0; i < n; ++i)
    if (out[i] != 3.0f * i) {
      printf("out[%d] is %g, should be %g\n", i, out[i], 3.0f * i);
      return 1;
    }
  printf("scale: right\n");

  std::vector<int> numbers(200), swapped(200);
  for (int i = 0; i < 200; ++i) numbers[i] = i;
  cudaMemcpy(d_in, numbers.data(), 200 * sizeof(int), cudaMemcpyHostToDevice);
  swap_pairs<<<1, 128>>>(reinterpret_cast<int2*>(d_in), 100);
  cudaMemcpy(swapped.data(), d_in, 200 * sizeof(int), cudaMemcpyDeviceToHost);
  for (int i = 0; i < 200; ++i)
    if (swapped[i] != (i ^ 1)) {
      printf("number %d is %d, should be %d\n", i, swapped[i], i ^ 1);
      return 1;
    }
  printf("swap: right\n");
  cudaFree(d_in);
  cudaFree(d_out);
  cudaFree(d_factor);
  return 0;
}
