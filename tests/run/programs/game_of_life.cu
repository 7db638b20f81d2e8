// The Game of Life on a torus: two buffers that change places after each launch. A glider moves by one cell in four
// steps.
#include <cuda_runtime.h>

#include <cstdio>
#include <utility>

const int size = 12;

__global__ void step(const bool* old, bool* next) {
  const int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= size || y >= size) return;
  int neighbours = 0;
  for (int dy = size - 1; dy <= size + 1; ++dy)
    for (int dx = size - 1; dx <= size + 1; ++dx)
      if (dx != size || dy != size) neighbours += old[(y + dy) % size * size + (x + dx) % size];
  next[y * size + x] = neighbours == 3 || (neighbours == 2 && old[y * size + x]);
}

int main() {
  const char* glider[] = {".#.", "..#", "###"};
  bool cells[size * size] = {};
  for (int y = 0; y < 3; ++y)
    for (int x = 0; x < 3; ++x) cells[(y + 7) * size + x + 7] = glider[y][x] == '#';

  bool *now, *next;
  cudaMalloc(&now, sizeof cells);
  cudaMalloc(&next, sizeof cells);
  cudaMemcpy(now, cells, sizeof cells, cudaMemcpyHostToDevice);
  for (int generation = 0; generation < 16; ++generation) {
    step<<<dim3(2, 2), dim3(8, 8)>>>(now, next);
    std::swap(now, next);
  }
  cudaMemcpy(cells, now, sizeof cells, cudaMemcpyDeviceToHost);
  cudaFree(now);
  cudaFree(next);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) putchar(cells[y * size + x] ? '#' : '.');
    putchar('\n');
  }
  return 0;
}
