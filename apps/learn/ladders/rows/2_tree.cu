// 2_tree.cu - a block of 256 threads adds up one row, and then its 256 sums in a tree.
//
// Neighbouring threads read neighbours: 4 sectors a request, 8,256 in all instead of 65,544. In the tree, every second
// thread adds its neighbour's sum, then every fourth, and so on: all 8 warps go through five rounds with fewer and
// fewer of their lanes. That is 9,600 requests of shared memory; a part of a warp makes 9,152 of all requests.
//
// counts at 64 1024: requests 2,112, sectors 8,256, shared requests 9,600, bank conflicts 0,
//   divergent requests 9,152, barriers 576, shared bytes 1,024
// fewer: sectors
#include "rows.h"

__global__ void sum_rows(const float* in, float* out, int columns) {
  __shared__ float sums[256];
  int t = threadIdx.x;
  float sum = 0;
  for (int column = t; column < columns; column += 256) sum += in[blockIdx.x * columns + column];
  sums[t] = sum;
  __syncthreads();
  for (int step = 1; step < 256; step *= 2) {
    if (t % (2 * step) == 0) sums[t] += sums[t + step];
    __syncthreads();
  }
  if (t == 0) out[blockIdx.x] = sums[0];
}

int main(int count, char** words) {
  return check_rows(count, words, [](const float* in, float* out, int rows, int columns) {
    sum_rows<<<rows, 256>>>(in, out, columns);
  });
}
