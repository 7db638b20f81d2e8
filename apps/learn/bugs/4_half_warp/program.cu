#include <cstdio>

// Running sums of 32 numbers: each half of a warp adds its 16, then the upper half adds the sum of the lower one.
__global__ void runningSums(const int* a, int* out) {
  __shared__ int s[64];
  int t = threadIdx.x;
  int lane = t % 32, first = t - lane;
  unsigned half = lane < 16 ? 0x0000ffff : 0xffff0000;
  int sum = a[t];
  for (int distance = 1; distance < 16; distance *= 2) {
    s[t] = sum;
    __syncwarp(half);
    int before = lane % 16 >= distance ? s[t - distance] : 0;
    __syncwarp(half);
    sum += before;
  }
  s[t] = sum;
  __syncwarp(half);
  if (lane >= 16) sum += s[first + 15];
  out[t] = sum;
}

int main() {
  int *a, *out;
  cudaMallocManaged(&a, 64 * sizeof(int));
  cudaMallocManaged(&out, 64 * sizeof(int));
  for (int i = 0; i < 64; ++i) a[i] = i;
  runningSums<<<1, 64>>>(a, out);
  cudaDeviceSynchronize();
  printf("out[31] is %d, should be 496\n", out[31]);
  printf("out[40] is %d, should be 324\n", out[40]);
  cudaFree(a);
  cudaFree(out);
  return 0;
}
