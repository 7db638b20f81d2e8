// A launch that CUDA refuses, as a block has at most 1,024 threads: nothing runs, and only cudaGetLastError() tells.
// The program goes on.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void setOne(int* out) {
  out[0] = 1;
}

int main() {
  int* out;
  cudaMalloc(&out, sizeof(int));
  cudaMemset(out, 0, sizeof(int));

  setOne<<<1, 2048>>>(out);
  cudaError_t error = cudaPeekAtLastError();
  printf("2048 threads: %s\n", cudaGetErrorString(error));
  if (error != cudaErrorInvalidConfiguration) printf("another error than expected\n");
  cudaGetLastError();  // reading the error resets it; peeking does not
  printf("afterwards: %s\n", cudaGetErrorString(cudaGetLastError()));

  int value = -1;
  cudaMemcpy(&value, out, sizeof(int), cudaMemcpyDeviceToHost);
  printf("the kernel %s\n", value == 0 ? "did not run" : "ran");

  setOne<<<1, 1>>>(out);
  printf("1 thread: %s\n", cudaGetErrorString(cudaGetLastError()));
  cudaMemcpy(&value, out, sizeof(int), cudaMemcpyDeviceToHost);
  printf("the kernel %s\n", value == 1 ? "ran" : "did not run");
  cudaFree(out);
  return 0;
}
