// Variables of the GPU in other places than the top of a file: in a namespace, and where #ifdef leaves them out.
#include <cuda_runtime.h>

#include <cstdio>

namespace filter {
__constant__ float weights[3];
__device__ int calls;
}  // namespace filter

#ifdef COUNT_MORE
__device__ int more_calls;
#endif

__global__ void smooth(const float* in, float* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i == 0) atomicAdd(&filter::calls, 1);
  if (i > 0 && i + 1 < n)
    out[i] = filter::weights[0] * in[i - 1] + filter::weights[1] * in[i] + filter::weights[2] * in[i + 1];
  else if (i < n)
    out[i] = in[i];
}

int main() {
  const int n = 100;
  const float weights[3] = {1, 2, 1};
  const int none = 0;
  float in[n], out[n], *d_in, *d_out;
  for (int i = 0; i < n; ++i) in[i] = i;
  cudaMalloc(&d_in, sizeof in);
  cudaMalloc(&d_out, sizeof out);
  cudaMemcpyToSymbol(filter::weights, weights, sizeof weights);
  cudaMemcpyToSymbol(filter::calls, &none, sizeof none);
  cudaMemcpy(d_in, in, sizeof in, cudaMemcpyHostToDevice);
  smooth<<<2, 64>>>(d_in, d_out, n);
  int calls = 0;
  cudaMemcpyFromSymbol(&calls, filter::calls, sizeof calls);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_out);
  for (int i = 1; i + 1 < n; ++i)
    if (out[i] != 4 * i) {
      printf("out[%d] is %g, should be %d\n", i, out[i], 4 * i);
      return 1;
    }
  printf("calls: %d\nright\n", calls);
  return 0;
}
