// 3_implicit_product.cu - the convolution is a matrix product whose second matrix is never stored.
//
// Row i of that matrix is the input for element i of a filter (channel, dy, dx); column p is a pixel of the output. A
// block multiplies 16 filters with 64 pixels and gathers its tile of the matrix from the input. The tile serves 16
// filters at once: 15,488 sectors instead of 27,648, although each element of the input is gathered 9 times again. And
// a thread keeps an element for 8 filters in a register: 44,352 requests of shared memory instead of 79,872.
//
// counts at 8 16 34 34: requests 3,392, sectors 15,488, shared requests 44,352, bank conflicts 0,
//   divergent requests 0, barriers 288, shared bytes 2,560
// fewer: sectors
#include "convolution.h"

/// Element (i, pixel) of the matrix; 0 outside of it.
__device__ float element(const float* in, const Shape& shape, int i, int pixel) {
  if (i >= shape.channels * 9 || pixel >= shape.pixels()) return 0;
  int c = i / 9, y = pixel / shape.out_width() + i % 9 / 3, x = pixel % shape.out_width() + i % 3;
  return in[(c * shape.height + y) * shape.width + x];
}

__global__ void convolve(const float* in, const float* filters, float* out, Shape shape) {
  __shared__ float filter_tile[16][8], in_tile[8][64];
  int t = threadIdx.x, p = t % 64, first_pixel = blockIdx.x * 64, first_filter = blockIdx.y * 16,
      length = shape.channels * 9;
  float sums[8] = {};
  for (int first = 0; first < length; first += 8) {
    int f = first_filter + t / 8, i = first + t % 8;
    filter_tile[t / 8][t % 8] = f < shape.filters && i < length ? filters[f * length + i] : 0;
    for (int row = t / 64; row < 8; row += 2) in_tile[row][p] = element(in, shape, first + row, first_pixel + p);
    __syncthreads();
    for (int row = 0; row < 8; ++row) {
      float of_in = in_tile[row][p];
      for (int j = 0; j < 8; ++j) sums[j] += filter_tile[t / 64 * 8 + j][row] * of_in;
    }
    __syncthreads();
  }
  for (int j = 0; j < 8; ++j) {
    int f = first_filter + t / 64 * 8 + j, pixel = first_pixel + p;
    if (f < shape.filters && pixel < shape.pixels()) out[f * shape.pixels() + pixel] = sums[j];
  }
}

int main(int count, char** words) {
  return check_convolution(count, words, 1e-6, [](const float* in, const float* filters, float* out, Shape shape) {
    convolve<<<dim3((shape.pixels() + 63) / 64, (shape.filters + 15) / 16), 128>>>(in, filters, out, shape);
  });
}
