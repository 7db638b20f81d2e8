// Convolution of a picture with a mask in constant memory; a block loads a tile that is larger than the block.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

constexpr int mask_width = 5, radius = mask_width / 2, block_width = 8, tile_width = block_width + 2 * radius;
__constant__ float mask[mask_width][mask_width];

__global__ void convolve(const float* in, float* out, int rows, int columns) {
  __shared__ float tile[tile_width][tile_width];
  const int top = blockIdx.y * block_width - radius, left = blockIdx.x * block_width - radius;
  for (int k = threadIdx.y * block_width + threadIdx.x; k < tile_width * tile_width; k += block_width * block_width) {
    const int row = top + k / tile_width, column = left + k % tile_width;
    const bool inside = row >= 0 && row < rows && column >= 0 && column < columns;
    tile[k / tile_width][k % tile_width] = inside ? in[row * columns + column] : 0.0f;
  }
  __syncthreads();
  const int row = blockIdx.y * block_width + threadIdx.y, column = blockIdx.x * block_width + threadIdx.x;
  if (row >= rows || column >= columns) return;
  float sum = 0.0f;
  for (int r = 0; r < mask_width; ++r)
    for (int c = 0; c < mask_width; ++c) sum += mask[r][c] * tile[threadIdx.y + r][threadIdx.x + c];
  out[row * columns + column] = sum;
}

int main() {
  const int rows = 30, columns = 43;
  float host_mask[mask_width][mask_width];
  for (int k = 0; k < mask_width * mask_width; ++k) host_mask[k / mask_width][k % mask_width] = float(k % 6 - 2);
  std::vector<float> in(rows * columns), out(rows * columns);
  for (int i = 0; i < rows * columns; ++i) in[i] = float(i * 7 % 31);
  float *d_in, *d_out;
  cudaMalloc(&d_in, in.size() * sizeof(float));
  cudaMalloc(&d_out, out.size() * sizeof(float));
  cudaMemcpy(d_in, in.data(), in.size() * sizeof(float), cudaMemcpyHostToDevice);
  cudaMemcpyToSymbol(mask, host_mask, sizeof host_mask);
  dim3 grid((columns + block_width - 1) / block_width, (rows + block_width - 1) / block_width);
  convolve<<<grid, dim3(block_width, block_width)>>>(d_in, d_out, rows, columns);
  cudaMemcpy(out.data(), d_out, out.size() * sizeof(float), cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_out);

  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < columns; ++column) {
      float expected = 0.0f;
      for (int r = 0; r < mask_width; ++r)
        for (int c = 0; c < mask_width; ++c) {
          const int y = row + r - radius, x = column + c - radius;
          if (y >= 0 && y < rows && x >= 0 && x < columns) expected += host_mask[r][c] * in[y * columns + x];
        }
      if (out[row * columns + column] != expected) {
        printf("row %d, column %d is %g, should be %g\n", row, column, out[row * columns + column], expected);
        return 1;
      }
    }
  printf("right\n");
  return 0;
}
