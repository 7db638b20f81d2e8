// A blur of an image in pitched memory, with a tile and its border in shared memory.
#include <cuda_runtime.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#define TILE 8
#define RADIUS 1

__device__ __forceinline__ int clamped(int x, int low, int high) {
  return min(max(x, low), high);
}

__global__ void blur(const unsigned char* in, unsigned char* out, size_t pitch, int width, int height) {
  __shared__ unsigned char tile[TILE + 2 * RADIUS][TILE + 2 * RADIUS];
  const int left = blockIdx.x * TILE - RADIUS, top = blockIdx.y * TILE - RADIUS;
  for (int y = threadIdx.y; y < TILE + 2 * RADIUS; y += blockDim.y)
    for (int x = threadIdx.x; x < TILE + 2 * RADIUS; x += blockDim.x)
      tile[y][x] = in[clamped(top + y, 0, height - 1) * pitch + clamped(left + x, 0, width - 1)];
  __syncthreads();
  const int x = blockIdx.x * TILE + threadIdx.x, y = blockIdx.y * TILE + threadIdx.y;
  if (x >= width || y >= height) return;
  int sum = 0;
#pragma unroll
  for (int dy = 0; dy <= 2 * RADIUS; ++dy)
#pragma unroll
    for (int dx = 0; dx <= 2 * RADIUS; ++dx) sum += tile[threadIdx.y + dy][threadIdx.x + dx];
  out[y * pitch + x] = sum / ((2 * RADIUS + 1) * (2 * RADIUS + 1));
}

int main(void) {
  const int width = 37, height = 21;
  unsigned char* image = (unsigned char*)malloc(width * height);
  unsigned char* result = (unsigned char*)malloc(width * height);
  for (int i = 0; i < width * height; i++) image[i] = i * 7 % 256;
  unsigned char *d_in, *d_out;
  size_t pitch;
  cudaMallocPitch(&d_in, &pitch, width, height);
  cudaMallocPitch((void**)&d_out, &pitch, width, height);
  cudaMemcpy2D(d_in, pitch, image, width, width, height, cudaMemcpyHostToDevice);
  dim3 block(TILE, TILE), grid((width + TILE - 1) / TILE, (height + TILE - 1) / TILE);
  blur<<<grid, block>>>(d_in, d_out, pitch, width, height);
  cudaMemcpy2D(result, width, d_out, pitch, width, height, cudaMemcpyDeviceToHost);
  int wrong = 0;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++) {
      int sum = 0;
      for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++)
          sum += image[std::clamp(y + dy, 0, height - 1) * width + std::clamp(x + dx, 0, width - 1)];
      wrong += result[y * width + x] != sum / 9;
    }
  printf("%d pixels are wrong\n", wrong);
  cudaFree(d_in);
  cudaFree(d_out);
  free(image);
  free(result);
  return 0;
}
