// Arguments are converted to the kernel's parameters as in a call: NULL, 0 and nullptr for an output that is not
// wanted.
#include <cuda_runtime.h>

#include <cstdio>

struct Scale {
  float factor;
  __host__ __device__ Scale(float factor) : factor(factor) {}
};

__global__ void scale(const float* in, float* out, float* squares, Scale by, long long n, bool negative = false) {
  long long i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  const float value = (negative ? -by.factor : by.factor) * in[i];
  if (out) out[i] = value;
  if (squares) squares[i] = value * value;
}

__global__ void sum(const float* in, float* out, int n, int* count) {
  float total = 0;
  for (int i = 0; i < n; ++i) total += in[i];
  *out = total;
  if (count != nullptr) *count = n;
}

int main() {
  const int n = 50;
  float host[n], *in, *out, *total;
  for (int i = 0; i < n; ++i) host[i] = i;
  cudaMalloc(&in, sizeof host);
  cudaMalloc(&out, sizeof host);
  cudaMalloc(&total, sizeof(float));
  cudaMemcpy(in, host, sizeof host, cudaMemcpyHostToDevice);

  auto show = [&](const char* what) {
    sum<<<1, 1>>>(out, total, n, NULL);
    float value;
    cudaMemcpy(&value, total, sizeof value, cudaMemcpyDeviceToHost);
    printf("%s: %g\n", what, value);
  };
  scale<<<1, 64>>>(in, out, (float*)NULL, 2, n);
  show("twice");
  scale<<<1, 64>>>(in, out, (float*)nullptr, 2.0, n, true);
  show("negative");
  scale<<<1, 64>>>(in, (float*)0, out, 1.0f, n, false);
  show("squares");
  sum<<<1, 1>>>(out, total, n, 0);
  sum<<<1, 1>>>(out, total, n, nullptr);
  cudaFree(in);
  cudaFree(out);
  cudaFree(total);
  return 0;
}
