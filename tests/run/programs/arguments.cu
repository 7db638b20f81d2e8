// A program with arguments: the number of elements may be given, and is 1,000 otherwise; a wrong one ends it with
// status 2.
#include <cuda_runtime.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

__global__ void odd_numbers(int* out, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = 2 * i + 1;
}

struct FreeOnDevice {
  void operator()(int* pointer) const { cudaFree(pointer); }
};

int main(int argc, char** argv) {
  const int n = argc > 1 ? std::atoi(argv[1]) : 1000;
  if (argc > 2 || n < 1 || n > 1000000) {
    std::fprintf(stderr, "usage: %s [elements, 1 to 1000000]\n", argv[0]);
    return 2;
  }
  int* device = nullptr;
  if (cudaMalloc(&device, n * sizeof(int)) != cudaSuccess) return EXIT_FAILURE;
  const std::unique_ptr<int, FreeOnDevice> owner(device);
  odd_numbers<<<(n + 255) / 256, 256>>>(device, n);
  const std::unique_ptr<int[]> host(new int[n]);
  cudaMemcpy(host.get(), device, n * sizeof(int), cudaMemcpyDeviceToHost);
  long long sum = 0;
  for (int i = 0; i < n; ++i) sum += host[i];
  if (sum != static_cast<long long>(n) * n) {
    std::printf("the first %d odd numbers add up to %lld, should be %lld\n", n, sum, static_cast<long long>(n) * n);
    return EXIT_FAILURE;
  }
  std::printf("the first %d odd numbers add up to %lld\nright\n", n, sum);
  return EXIT_SUCCESS;
}
