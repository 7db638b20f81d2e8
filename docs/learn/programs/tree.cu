// A block adds 256 numbers: with near partners first, and with far partners first.
#include <cstdio>

__global__ void near_first(const int* a, int* sum) {
  __shared__ int s[256];
  int t = threadIdx.x;
  s[t] = a[t];
  for (int distance = 1; distance < 256; distance *= 2) {
    __syncthreads();
    if (t % (2 * distance) == 0)
      s[t] += s[t + distance];
  }
  if (t == 0) *sum = s[0];
}

__global__ void far_first(const int* a, int* sum) {
  __shared__ int s[256];
  int t = threadIdx.x;
  s[t] = a[t];
  for (int distance = 128; distance > 0; distance /= 2) {
    __syncthreads();
    if (t < distance)
      s[t] += s[t + distance];
  }
  if (t == 0) *sum = s[0];
}

int main() {
  int *a, *sum;
  cudaMallocManaged(&a, 256 * sizeof(int));
  cudaMallocManaged(&sum, sizeof(int));
  for (int i = 0; i < 256; ++i) a[i] = i;
  near_first<<<1, 256>>>(a, sum);
  cudaDeviceSynchronize();
  printf("%d\n", *sum);
  far_first<<<1, 256>>>(a, sum);
  cudaDeviceSynchronize();
  printf("%d\n", *sum);
  cudaFree(a);
  cudaFree(sum);
  return 0;
}
