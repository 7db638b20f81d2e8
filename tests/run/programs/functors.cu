// Functions as arguments of a kernel: a function object with a value inside, and lambdas made within the kernel.
#include <cuda_runtime.h>

#include <cstdio>

struct ScaleAndShift {
  int scale, shift;
  __host__ __device__ int operator()(int x) const { return scale * x + shift; }
};

struct Square {
  __host__ __device__ int operator()(int x) const { return x * x; }
};

template <typename F>
__global__ void transform(const int* in, int* out, int n, F f) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = f(in[i]);
}

template <typename F>
__device__ void for_each_of_thread(int n, F&& f) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) f(i);
}

__global__ void add(const int* a, int* b, int n) {
  auto absolute = [](int x) { return x < 0 ? -x : x; };
  for_each_of_thread(n, [=](int i) { b[i] += absolute(a[i]); });
}

int main() {
  const int n = 500;
  int in[n], out[n];
  for (int i = 0; i < n; ++i) in[i] = i - 250;
  int *d_in, *d_out;
  cudaMalloc(&d_in, sizeof in);
  cudaMalloc(&d_out, sizeof out);
  cudaMemcpy(d_in, in, sizeof in, cudaMemcpyHostToDevice);

  const ScaleAndShift f{3, -1};
  auto check = [&](const char* step, auto expected) {
    cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
    int i = 0;
    while (i < n && out[i] == expected(in[i])) ++i;
    if (i < n)
      printf("%s: element %d is %d, should be %d\n", step, i, out[i], expected(in[i]));
    else
      printf("%s: right\n", step);
  };
  transform<<<4, 128>>>(d_in, d_out, n, f);
  check("scale and shift", f);
  transform<<<4, 128>>>(d_in, d_out, n, Square{});
  check("square", Square{});
  add<<<2, 32>>>(d_in, d_out, n);
  check("lambdas", [](int x) { return x * x + (x < 0 ? -x : x); });
  cudaFree(d_in);
  cudaFree(d_out);
  return 0;
}
