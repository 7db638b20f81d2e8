// A warp adds its 32 numbers in five steps; the host prints what 8 lanes hold after each.
#include <cstdio>

__global__ void sum(int* a, int* after) {
  int lane = threadIdx.x, x = a[lane];
  for (int k = 0, distance = 16; distance > 0; ++k, distance /= 2) {
    x += __shfl_down_sync(0xffffffff, x, distance);
    after[32 * k + lane] = x;
  }
  if (lane == 0) a[0] = x;
}

int main() {
  int *a, *after;
  cudaMallocManaged(&a, 32 * sizeof(int));
  cudaMallocManaged(&after, 5 * 32 * sizeof(int));
  for (int i = 0; i < 32; ++i) a[i] = i;
  sum<<<1, 32>>>(a, after);
  cudaDeviceSynchronize();
  printf("lane        ");
  for (int i = 0; i < 8; ++i) printf("%5d", i);
  for (int k = 0; k < 5; ++k) {
    printf("\ndistance %2d ", 16 >> k);
    for (int i = 0; i < 8; ++i) printf("%5d", after[32 * k + i]);
  }
  printf("\nsum %d\n", a[0]);
  cudaFree(a);
  cudaFree(after);
  return 0;
}
