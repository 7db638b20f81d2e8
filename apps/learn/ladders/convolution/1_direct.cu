// 1_direct.cu - a thread computes one element of the output, as the formula says.
//
// For each multiplication it reads an element of the input and one of the filter from global memory: 73,728 of the
// 74,240 requests. Neighbouring pixels read the same elements again, 9 times in a channel, and so does each of the 16
// filters: 217,088 sectors, of 3,348 different ones.
//
// counts at 8 16 34 34: requests 74,240, sectors 217,088, shared requests 0, bank conflicts 0,
//   divergent requests 0, barriers 0, shared bytes 0
#include "convolution.h"

__global__ void convolve(const float* in, const float* filters, float* out, Shape shape) {
  int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 8 + threadIdx.y, f = blockIdx.z;
  if (x >= shape.out_width() || y >= shape.out_height()) return;
  float sum = 0;
  for (int c = 0; c < shape.channels; ++c)
    for (int dy = 0; dy < 3; ++dy)
      for (int dx = 0; dx < 3; ++dx)
        sum += in[(c * shape.height + y + dy) * shape.width + x + dx] *
               filters[((f * shape.channels + c) * 3 + dy) * 3 + dx];
  out[(f * shape.out_height() + y) * shape.out_width() + x] = sum;
}

int main(int count, char** words) {
  return check_convolution(count, words, 1e-6, [](const float* in, const float* filters, float* out, Shape shape) {
    convolve<<<dim3((shape.out_width() + 31) / 32, (shape.out_height() + 7) / 8, shape.filters), dim3(32, 8)>>>(
        in, filters, out, shape);
  });
}
