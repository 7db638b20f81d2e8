// Bitonic sort: a launch for each step, as all blocks must have finished a step before the next one begins.
#include <cuda_runtime.h>

#include <algorithm>
#include <cstdio>
#include <vector>

__global__ void bitonic_step(int* data, unsigned stride, unsigned length) {
  unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  unsigned partner = i ^ stride;
  if (partner <= i) return;  // one thread of each pair compares
  const bool ascending = (i & length) == 0;
  if ((data[i] > data[partner]) == ascending) {
    int swapped = data[i];
    data[i] = data[partner];
    data[partner] = swapped;
  }
}

int main() {
  const unsigned n = 1024;
  std::vector<int> data(n);
  unsigned state = 1;
  for (int& value : data) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<int>(state >> 20) - 2000;
  }
  std::vector<int> expected = data;
  std::sort(expected.begin(), expected.end());

  int* device;
  cudaMalloc(&device, n * sizeof(int));
  cudaMemcpy(device, data.data(), n * sizeof(int), cudaMemcpyHostToDevice);
  int launches = 0;
  for (unsigned length = 2; length <= n; length <<= 1)
    for (unsigned stride = length >> 1; stride > 0; stride >>= 1, ++launches)
      bitonic_step<<<n / 256, 256>>>(device, stride, length);
  cudaMemcpy(data.data(), device, n * sizeof(int), cudaMemcpyDeviceToHost);
  cudaFree(device);

  printf("%d launches\n", launches);
  const auto wrong = std::mismatch(data.begin(), data.end(), expected.begin());
  if (wrong.first != data.end()) {
    printf("element %d is %d, should be %d\n", static_cast<int>(wrong.first - data.begin()), *wrong.first,
           *wrong.second);
    return 1;
  }
  printf("right\n");
  return 0;
}
