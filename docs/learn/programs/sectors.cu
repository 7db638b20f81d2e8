// In which 32-byte sector lies the element that each lane of a warp reads? Four patterns.
#include <cstdint>
#include <cstdio>

__global__ void locate(const float* a, int start, int step, int* sector) {
  const float* mine = &a[start + step * threadIdx.x];
  sector[threadIdx.x] = int(uintptr_t(mine) / 32 - uintptr_t(a) / 32);
}

int main() {
  float* a;
  int* sector;
  cudaMallocManaged(&a, 256 * sizeof(float));
  cudaMallocManaged(&sector, 32 * sizeof(int));
  const int patterns[4][2] = {{0, 1}, {1, 1}, {0, 2}, {0, 8}};
  for (const auto& [start, step] : patterns) {
    locate<<<1, 32>>>(a, start, step, sector);
    cudaDeviceSynchronize();
    printf("a[%d + %d * lane]\n", start, step);
    for (int lane = 0; lane < 32; ++lane) printf("%3d", sector[lane]);
    printf("\n");
  }
  cudaFree(a);
  cudaFree(sector);
  return 0;
}
