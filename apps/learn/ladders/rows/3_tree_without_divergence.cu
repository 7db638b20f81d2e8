// 3_tree_without_divergence.cu - the first threads add, whole warps of them.
//
// In the first round threads 0 to 127 add the upper half to the lower one, then 0 to 63, and so on. A warp adds with
// all lanes or is done; only the last five rounds, within one warp, leave lanes idle. A part of a warp makes 1,088
// requests instead of 9,152, and shared memory gets 2,880 instead of 9,600.
//
// counts at 64 1024: requests 2,112, sectors 8,256, shared requests 2,880, bank conflicts 0,
//   divergent requests 1,088, barriers 576, shared bytes 1,024
// fewer: divergent requests
#include "rows.h"

__global__ void sum_rows(const float* in, float* out, int columns) {
  __shared__ float sums[256];
  int t = threadIdx.x;
  float sum = 0;
  for (int column = t; column < columns; column += 256) sum += in[blockIdx.x * columns + column];
  sums[t] = sum;
  __syncthreads();
  for (int step = 128; step > 0; step /= 2) {
    if (t < step) sums[t] += sums[t + step];
    __syncthreads();
  }
  if (t == 0) out[blockIdx.x] = sums[0];
}

int main(int count, char** words) {
  return check_rows(count, words, [](const float* in, float* out, int rows, int columns) {
    sum_rows<<<rows, 256>>>(in, out, columns);
  });
}
