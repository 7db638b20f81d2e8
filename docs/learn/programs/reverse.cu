// Each block of 64 threads reverses its 64 elements; the last block has fewer.
#include <cstdio>

__global__ void reverse(const int* in, int* out, int n) {
  __shared__ int tile[64];
  int t = threadIdx.x, first = blockIdx.x * 64;
  int count = min(64, n - first);
  if (t < count)
    tile[t] = in[first + t];
  __syncthreads();
  if (t < count)
    out[first + t] = tile[count - 1 - t];
}

int main() {
  const int n = 100;
  int *in, *out;
  cudaMallocManaged(&in, n * sizeof(int));
  cudaMallocManaged(&out, n * sizeof(int));
  for (int i = 0; i < n; ++i) in[i] = i;
  reverse<<<2, 64>>>(in, out, n);
  cudaDeviceSynchronize();
  printf("%d %d ... %d | %d %d ... %d\n", out[0], out[1], out[63], out[64], out[65], out[99]);
  cudaFree(in);
  cudaFree(out);
  return 0;
}
