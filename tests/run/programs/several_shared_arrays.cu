// Several arrays of different types in one piece of dynamic shared memory, carved from it by pointers; largest type
// first.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void carve(const int* keys, double* sums, int* largest, int n) {
  extern __shared__ double memory[];
  double* values = memory;                           // n
  int* copies = reinterpret_cast<int*>(&values[n]);  // n
  char* odd = reinterpret_cast<char*>(&copies[n]);   // n
  const int t = threadIdx.x;
  values[t] = keys[t] / 2.0;
  copies[t] = keys[t];
  odd[t] = keys[t] % 2 != 0;
  __syncthreads();
  if (t == 0) {
    double sum = 0.0;
    for (int i = 0; i < n; ++i)
      if (odd[i]) sum += values[i];
    *sums = sum;
  } else if (t == 1) {
    int most = copies[0];
    for (int i = 1; i < n; ++i) most = copies[i] > most ? copies[i] : most;
    *largest = most;
  }
}

int main() {
  const int n = 50;
  int keys[n];
  double expected = 0.0;
  for (int i = 0; i < n; ++i) {
    keys[i] = (i * 37) % 101;
    if (keys[i] % 2 != 0) expected += keys[i] / 2.0;
  }
  int *d_keys, *d_largest;
  double* d_sum;
  cudaMalloc(&d_keys, sizeof keys);
  cudaMalloc(&d_largest, sizeof(int));
  cudaMalloc(&d_sum, sizeof(double));
  cudaMemcpy(d_keys, keys, sizeof keys, cudaMemcpyHostToDevice);
  carve<<<1, n, n*(sizeof(double) + sizeof(int) + sizeof(char))>>>(d_keys, d_sum, d_largest, n);
  double sum;
  int largest;
  cudaMemcpy(&sum, d_sum, sizeof sum, cudaMemcpyDeviceToHost);
  cudaMemcpy(&largest, d_largest, sizeof largest, cudaMemcpyDeviceToHost);
  printf("half the sum of the odd keys: %s\n", sum == expected ? "right" : "wrong");
  printf("largest key: %d\n", largest);
  cudaFree(d_keys);
  cudaFree(d_largest);
  cudaFree(d_sum);
  return 0;
}
