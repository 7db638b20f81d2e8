// One warp: each lane passes its number to the lane beside it, through shared memory.
#include <cstdio>

__global__ void pass_on(int* a) {
  __shared__ int s[32];
  int lane = threadIdx.x;
  s[lane] = a[lane];
  __syncwarp();
  a[lane] = s[(lane + 1) % 32];
}

int main() {
  int* a;
  cudaMallocManaged(&a, 32 * sizeof(int));
  for (int i = 0; i < 32; ++i) a[i] = i;
  pass_on<<<1, 32>>>(a);
  cudaDeviceSynchronize();
  printf("%d %d %d ... %d\n", a[0], a[1], a[2], a[31]);
  cudaFree(a);
  return 0;
}
