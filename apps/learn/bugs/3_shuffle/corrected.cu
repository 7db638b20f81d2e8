#include <cstdio>

// Each warp turns its 32 elements around, and adds them.
__global__ void turnAndAdd(const int* a, int* out, int* sums) {
  __shared__ int s[64];
  int t = threadIdx.x;
  int lane = t % 32, first = t - lane;  // of this warp
  int value = a[t];
  s[t] = value;
  // A shuffle moves values of its lanes; it does not order memory.
  for (int distance = 16; distance > 0; distance /= 2)
    value += __shfl_down_sync(0xffffffff, value, distance);
  __syncwarp();
  out[t] = s[first + 31 - lane];
  if (lane == 0) sums[t / 32] = value;
}

int main() {
  int *a, *out, *sums;
  cudaMallocManaged(&a, 64 * sizeof(int));
  cudaMallocManaged(&out, 64 * sizeof(int));
  cudaMallocManaged(&sums, 2 * sizeof(int));
  for (int i = 0; i < 64; ++i) a[i] = i;
  turnAndAdd<<<1, 64>>>(a, out, sums);
  cudaDeviceSynchronize();
  int right = 0;
  for (int i = 0; i < 64; ++i) right += out[i] == i / 32 * 32 + 31 - i % 32;
  printf("the right elements are %d, should be 64\n", right);
  printf("the first sum is %d, should be 496\n", sums[0]);
  cudaFree(a);
  cudaFree(out);
  cudaFree(sums);
  return 0;
}
