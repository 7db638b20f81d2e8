// 1_naive.cu - each thread moves one element.
//
// A warp reads 32 neighbours of a row: 4 sectors, and all their bytes are used. It writes them into 32 different rows
// of the result: 32 sectors, and of each only 4 bytes are used. So the 2,048 writes touch 65,536 of the 73,728 sectors.
//
// counts at 256 256: requests 4,096, sectors 73,728, shared requests 0, bank conflicts 0,
//   divergent requests 0, barriers 0, shared bytes 0
#include "transpose.h"

__global__ void transpose(const float* in, float* out, int rows, int columns) {
  int column = blockIdx.x * 32 + threadIdx.x, row = blockIdx.y * 8 + threadIdx.y;
  if (row < rows && column < columns) out[column * rows + row] = in[row * columns + column];
}

int main(int count, char** words) {
  return check_transpose(count, words, [](const float* in, float* out, int rows, int columns) {
    transpose<<<dim3((columns + 31) / 32, (rows + 7) / 8), dim3(32, 8)>>>(in, out, rows, columns);
  });
}
