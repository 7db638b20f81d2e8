// Two-dimensional indices: a thread per pixel; the grid is larger than the picture on both sides, so both need a guard.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void checkerboard(char* picture, int rows, int columns) {
  int column = blockIdx.x * blockDim.x + threadIdx.x;
  int row = blockIdx.y * blockDim.y + threadIdx.y;
  if (row < rows && column < columns) picture[row * columns + column] = (row / 2 + column / 2) % 2 ? '#' : '.';
}

int main() {
  const int rows = 7, columns = 13;
  char* d_picture;
  cudaMalloc((void**)&d_picture, rows * columns);

  dim3 block(8, 4);
  dim3 grid((columns + block.x - 1) / block.x, (rows + block.y - 1) / block.y);
  checkerboard<<<grid, block>>>(d_picture, rows, columns);

  char picture[rows * columns];
  cudaMemcpy(picture, d_picture, sizeof picture, cudaMemcpyDeviceToHost);
  printf("%u x %u blocks of %u x %u threads\n", grid.x, grid.y, block.x, block.y);
  for (int row = 0; row < rows; ++row) printf("%.*s\n", columns, picture + row * columns);
  cudaFree(d_picture);
  return 0;
}
