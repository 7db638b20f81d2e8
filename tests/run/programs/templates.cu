// Templates: one kernel for several types, with the block size as a constant of the compiler.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

template <typename T, int block_size>
__global__ void differences(const T* in, T* out, int n) {
  __shared__ T part[block_size];
  int i = blockIdx.x * block_size + threadIdx.x;
  part[threadIdx.x] = i < n ? in[i] : T(0);
  __syncthreads();
  if (i >= n) return;
  T left = threadIdx.x > 0 ? part[threadIdx.x - 1] : i > 0 ? in[i - 1] : T(0);
  out[i] = part[threadIdx.x] - left;
}

template <typename T>
bool run(const char* type) {
  const int n = 333;
  std::vector<T> in(n), out(n);
  for (int i = 0; i < n; ++i) in[i] = static_cast<T>(i * (i + 1) / 2);
  T *d_in, *d_out;
  cudaMalloc(&d_in, n * sizeof(T));
  cudaMalloc(&d_out, n * sizeof(T));
  cudaMemcpy(d_in, in.data(), n * sizeof(T), cudaMemcpyHostToDevice);
  differences<T, 64><<<(n + 63) / 64, 64>>>(d_in, d_out, n);
  cudaMemcpy(out.data(), d_out, n * sizeof(T), cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_out);
  for (int i = 0; i < n; ++i)
    if (out[i] != static_cast<T>(i)) {
      printf("%s: element %d is %g, should be %d\n", type, i, static_cast<double>(out[i]), i);
      return false;
    }
  printf("%s: right\n", type);
  return true;
}

int main() {
  return run<int>("int") && run<float>("float") && run<double>("double") && run<long long>("long long") ? 0 : 1;
}
