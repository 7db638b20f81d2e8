// Ten rounds: each value becomes the sum of itself and its right neighbour, modulo 100.
#include <cstdio>

__global__ void rounds(int* a) {
  __shared__ int s[64];
  int t = threadIdx.x;
  s[t] = a[t];
  for (int round = 0; round < 10; ++round) {
    __syncthreads();
    int next = (s[t] + s[(t + 1) % 64]) % 100;
    __syncthreads();
    s[t] = next;
  }
  a[t] = s[t];
}

int main() {
  int* a;
  cudaMallocManaged(&a, 64 * sizeof(int));
  for (int i = 0; i < 64; ++i) a[i] = i;
  rounds<<<1, 64>>>(a);
  cudaDeviceSynchronize();
  printf("%d %d %d\n", a[0], a[1], a[2]);
  cudaFree(a);
  return 0;
}
