// 64 threads, two warps: a branch on the lane, and a branch on the warp.
__global__ void by_lane(int* a) {
  int t = threadIdx.x;
  if (t % 2 == 0)
    a[t] = 1;
  else
    a[t] = 2;
}

__global__ void by_warp(int* a) {
  int t = threadIdx.x;
  if (t / 32 == 0)
    a[t] = 1;
  else
    a[t] = 2;
}

int main() {
  int* a;
  cudaMallocManaged(&a, 64 * sizeof(int));
  by_lane<<<1, 64>>>(a);
  by_warp<<<1, 64>>>(a);
  cudaDeviceSynchronize();
  cudaFree(a);
  return 0;
}
