// 4_swizzled.cu - the columns of each row in another order, and no word more.
//
// Element (y, x) lies in column x ^ y of its row. For a fixed y that is a permutation of the row, for a fixed x one of
// the banks: rows and columns are both read and written in one turn. The tile needs 4,096 bytes again instead of 4,224,
// and its rows stay aligned to 16 bytes, which padding by a word destroys.
//
// counts at 256 256: requests 4,096, sectors 16,384, shared requests 4,096, bank conflicts 0,
//   divergent requests 0, barriers 64, shared bytes 4,096
// fewer: shared bytes
#include "transpose.h"

__global__ void transpose(const float* in, float* out, int rows, int columns) {
  __shared__ float tile[32][32];
  int x = threadIdx.x, first_row = blockIdx.y * 32, first_column = blockIdx.x * 32;
  for (int y = threadIdx.y; y < 32; y += 8)
    if (first_row + y < rows && first_column + x < columns)
      tile[y][x ^ y] = in[(first_row + y) * columns + first_column + x];
  __syncthreads();
  for (int y = threadIdx.y; y < 32; y += 8)
    if (first_column + y < columns && first_row + x < rows)
      out[(first_column + y) * rows + first_row + x] = tile[x][y ^ x];
}

int main(int count, char** words) {
  return check_transpose(count, words, [](const float* in, float* out, int rows, int columns) {
    transpose<<<dim3((columns + 31) / 32, (rows + 31) / 32), dim3(32, 8)>>>(in, out, rows, columns);
  });
}
