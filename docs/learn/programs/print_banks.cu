// In which bank lies each element of two tiles? Rows 0, 1, 2 and 31 of 32 and of 33 words.
#include <cstdint>
#include <cstdio>

template <int width>
__global__ void locate(int* bank) {
  __shared__ float tile[32][width];
  const float* mine = &tile[threadIdx.y][threadIdx.x];
  bank[threadIdx.y * 32 + threadIdx.x] = (mine - &tile[0][0]) % 32;
}

void print(const int* bank, int width) {
  printf("tile[32][%d], bank of each element of column 0 to 31\n", width);
  for (int row : {0, 1, 2, 31}) {
    printf("%2d:", row);
    for (int column = 0; column < 32; ++column) printf("%3d", bank[row * 32 + column]);
    printf("\n");
  }
}

int main() {
  int* bank;
  cudaMallocManaged(&bank, 1024 * sizeof(int));
  locate<32><<<1, dim3(32, 32)>>>(bank);
  cudaDeviceSynchronize();
  print(bank, 32);
  locate<33><<<1, dim3(32, 32)>>>(bank);
  cudaDeviceSynchronize();
  print(bank, 33);
  cudaFree(bank);
  return 0;
}
