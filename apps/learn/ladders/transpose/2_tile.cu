// 2_tile.cu - a block turns a tile of 32 x 32 in shared memory.
//
// It reads the tile row by row and writes it row by row, so that each request of global memory is 4 sectors: 16,384
// instead of 73,728. The turn happens in shared memory, where the order of addresses costs no sectors. But a column of
// the tile lies in one bank: its 32 words are read in 32 turns, 31 more than needed, in each of 2,048 requests.
//
// counts at 256 256: requests 4,096, sectors 16,384, shared requests 4,096, bank conflicts 63,488,
//   divergent requests 0, barriers 64, shared bytes 4,096
// fewer: sectors
#include "transpose.h"

__global__ void transpose(const float* in, float* out, int rows, int columns) {
  __shared__ float tile[32][32];
  int x = threadIdx.x, first_row = blockIdx.y * 32, first_column = blockIdx.x * 32;
  for (int y = threadIdx.y; y < 32; y += 8)
    if (first_row + y < rows && first_column + x < columns)
      tile[y][x] = in[(first_row + y) * columns + first_column + x];
  __syncthreads();
  for (int y = threadIdx.y; y < 32; y += 8)
    if (first_column + y < columns && first_row + x < rows) out[(first_column + y) * rows + first_row + x] = tile[x][y];
}

int main(int count, char** words) {
  return check_transpose(count, words, [](const float* in, float* out, int rows, int columns) {
    transpose<<<dim3((columns + 31) / 32, (rows + 31) / 32), dim3(32, 8)>>>(in, out, rows, columns);
  });
}
