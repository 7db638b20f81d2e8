// Hello from the GPU: a kernel is a function that every thread runs. One warp prints in the order of its threads.
#include <cstdio>

__global__ void hello() {
  printf("hello from thread %u of %u in block %u\n", threadIdx.x, blockDim.x, blockIdx.x);
}

int main() {
  printf("hello from the host\n");
  hello<<<1, 4>>>();
  cudaDeviceSynchronize();  // a launch returns at once: without this line the program could end before the kernel
  printf("done\n");
  return 0;
}
