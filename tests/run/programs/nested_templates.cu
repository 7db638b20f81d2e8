// Template arguments of template arguments in a launch: two closing brackets stand directly before the three opening
// ones.
#include <cuda_runtime.h>

#include <cstdio>

struct Twice {
  template <typename T>
  __device__ static T of(T x) {
    return x + x;
  }
};

template <typename F>
struct Again {
  template <typename T>
  __device__ static T of(T x) {
    return F::of(F::of(x));
  }
};

template <typename F>
__global__ void apply(int* data) {
  data[threadIdx.x] = F::of(data[threadIdx.x]);
}

template <int a, int b>
__global__ void scale(int* data) {
  data[threadIdx.x] *= a >> b;
}

int main() {
  const int n = 32;
  int host[n];
  for (int i = 0; i < n; ++i) host[i] = i;
  int* device;
  cudaMalloc(&device, sizeof host);
  cudaMemcpy(device, host, sizeof host, cudaMemcpyHostToDevice);

  apply<Twice><<<1, n>>>(device);
  apply<Again<Twice>><<<1, n>>>(device);
  apply<Again<Again<Twice>>><<<1, n>>>(device);
  scale<(48 >> 2), 2><<<1, n>>>(device);

  cudaMemcpy(host, device, sizeof host, cudaMemcpyDeviceToHost);
  cudaFree(device);
  const int factor = 2 * 4 * 16 * 3;
  for (int i = 0; i < n; ++i)
    if (host[i] != factor * i) {
      printf("element %d is %d, should be %d\n", i, host[i], factor * i);
      return 1;
    }
  printf("element 1 is %d\nright\n", host[1]);
  return 0;
}
