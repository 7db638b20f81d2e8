// Each of 32 lanes reads 4 neighbouring numbers of shared memory: one by one, or all at once.
#include <cstdio>

__global__ void one_by_one(const float* in, float* sum) {
  __shared__ float s[128];
  int lane = threadIdx.x;
  for (int k = 0; k < 4; ++k) s[32 * k + lane] = in[32 * k + lane];
  __syncthreads();
  float x = 0;
  for (int k = 0; k < 4; ++k)
    x += s[4 * lane + k];
  sum[lane] = x;
}

__global__ void all_at_once(const float4* in, float* sum) {
  __shared__ float4 s[32];
  int lane = threadIdx.x;
  s[lane] = in[lane];
  __syncthreads();
  float4 v = s[lane];
  sum[lane] = v.x + v.y + v.z + v.w;
}

int main() {
  float *in, *sum;
  cudaMallocManaged(&in, 128 * sizeof(float));
  cudaMallocManaged(&sum, 32 * sizeof(float));
  for (int i = 0; i < 128; ++i) in[i] = i;
  one_by_one<<<1, 32>>>(in, sum);
  cudaDeviceSynchronize();
  printf("lane 5: %g\n", sum[5]);
  all_at_once<<<1, 32>>>(reinterpret_cast<const float4*>(in), sum);
  cudaDeviceSynchronize();
  printf("lane 5: %g\n", sum[5]);
  cudaFree(in);
  cudaFree(sum);
  return 0;
}
