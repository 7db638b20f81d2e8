// 5_warp_16_bytes.cu - a lane reads four neighbours at once.
//
// A float4 is one request of 16 bytes a lane: 16 sectors a request instead of 4. As many sectors, 8,256, but 576
// requests instead of 2,112: fewer instructions have the same bytes on their way. The columns must be a multiple of 4,
// so that every row begins at a multiple of 16 bytes.
//
// counts at 64 1024: requests 576, sectors 8,256, shared requests 0, bank conflicts 0,
//   divergent requests 64, barriers 0, shared bytes 0
// fewer: requests
#include "rows.h"

__global__ void sum_rows(const float* in, float* out, int rows, int columns) {
  int lane = threadIdx.x % 32, row = blockIdx.x * 8 + threadIdx.x / 32;
  if (row >= rows) return;
  const float4* fours = reinterpret_cast<const float4*>(in + row * columns);
  float sum = 0;
  for (int i = lane; i < columns / 4; i += 32) {
    float4 four = fours[i];
    sum += four.x + four.y + four.z + four.w;
  }
  for (int step = 16; step > 0; step /= 2) sum += __shfl_down_sync(0xffffffff, sum, step);
  if (lane == 0) out[row] = sum;
}

int main(int count, char** words) {
  return check_rows(count, words, [](const float* in, float* out, int rows, int columns) {
    sum_rows<<<(rows + 7) / 8, 256>>>(in, out, rows, columns);
  });
}
