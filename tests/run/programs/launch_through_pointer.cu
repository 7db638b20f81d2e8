// Kernels as values: launched through a function pointer, from a table, and through an argument of a template.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void twice(const int* in, int* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = 2 * in[i];
}

__global__ void square(const int* in, int* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = in[i] * in[i];
}

template <int power>
__global__ void raise(const int* in, int* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  int result = 1;
  for (int k = 0; k < power; ++k) result *= in[i];
  out[i] = result;
}

using Kernel = void (*)(const int*, int*, int);

template <Kernel kernel>
void launch(const int* in, int* out, int n) {
  kernel<<<(n + 63) / 64, 64>>>(in, out, n);
}

int main() {
  const int n = 200;
  int in[n], out[n], *d_in, *d_out;
  for (int i = 0; i < n; ++i) in[i] = i - 100;
  cudaMalloc(&d_in, sizeof in);
  cudaMalloc(&d_out, sizeof out);
  cudaMemcpy(d_in, in, sizeof in, cudaMemcpyHostToDevice);

  auto check = [&](const char* name, auto expected) {
    cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
    int i = 0;
    while (i < n && out[i] == expected(in[i])) ++i;
    if (i < n)
      printf("%s: element %d is %d, should be %d\n", name, i, out[i], expected(in[i]));
    else
      printf("%s: right\n", name);
  };
  void (*pointer)(const int*, int*, int) = twice;
  pointer<<<4, 50>>>(d_in, d_out, n);
  check("pointer", [](int x) { return 2 * x; });

  const struct {
    const char* name;
    Kernel kernel;
    int power;
  } table[] = {{"square", square, 2}, {"cube", raise<3>, 3}, {"identity", &raise<1>, 1}};
  for (const auto& row : table) {
    row.kernel<<<2, 128>>>(d_in, d_out, n);
    check(row.name, [&](int x) { return row.power == 1 ? x : row.power == 2 ? x * x : x * x * x; });
  }
  launch<square>(d_in, d_out, n);
  check("template argument", [](int x) { return x * x; });
  launch<raise<0>>(d_in, d_out, n);
  check("template of a template", [](int) { return 1; });
  cudaFree(d_in);
  cudaFree(d_out);
  return 0;
}
