// The properties of the GPU: only the warp size is printed, since the others differ from one model to the next.
#include <cuda_runtime.h>

#include <cstdio>
#include <cstring>

int main() {
  int devices = 0;
  cudaGetDeviceCount(&devices);
  printf("%s\n", devices >= 1 ? "there is a device" : "no device");

  cudaDeviceProp properties;
  cudaGetDeviceProperties(&properties, 0);
  printf("warp size %d\n", properties.warpSize);
  printf("most threads in a block: %d\n", properties.maxThreadsPerBlock);
  printf("it has a name: %s\n", std::strlen(properties.name) > 0 ? "yes" : "no");
  printf("it has multiprocessors: %s\n", properties.multiProcessorCount > 0 ? "yes" : "no");
  printf("it has memory: %s\n", properties.totalGlobalMem > 0 && properties.sharedMemPerBlock >= 16384 ? "yes" : "no");
  return 0;
}
