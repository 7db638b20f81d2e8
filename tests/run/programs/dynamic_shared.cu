// Dynamic shared memory: the launch gives its size in bytes as the third argument, here another one each time.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

extern __shared__ int ring[];

__global__ void rotate(const int* in, int* out, int by) {
  int t = threadIdx.x, n = blockDim.x, first = blockIdx.x * n;
  ring[t] = in[first + t];
  __syncthreads();
  out[first + t] = ring[(t + by) % n];
}

int main() {
  const int total = 768;
  std::vector<int> in(total), out(total);
  for (int i = 0; i < total; ++i) in[i] = i * i;
  int *d_in, *d_out;
  cudaMalloc(&d_in, total * sizeof(int));
  cudaMalloc(&d_out, total * sizeof(int));
  cudaMemcpy(d_in, in.data(), total * sizeof(int), cudaMemcpyHostToDevice);
  for (int threads : {32, 48, 96, 256}) {
    rotate<<<total / threads, threads, threads * sizeof(int)>>>(d_in, d_out, 5);
    cudaMemcpy(out.data(), d_out, total * sizeof(int), cudaMemcpyDeviceToHost);
    int i = 0;
    auto expected = [&](int k) { return in[k / threads * threads + (k % threads + 5) % threads]; };
    while (i < total && out[i] == expected(i)) ++i;
    if (i < total)
      printf("%d threads: element %d is %d, should be %d\n", threads, i, out[i], expected(i));
    else
      printf("%d threads: right\n", threads);
  }
  cudaFree(d_in);
  cudaFree(d_out);
  return 0;
}
