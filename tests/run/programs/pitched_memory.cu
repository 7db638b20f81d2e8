// Pitched memory: rows that begin at aligned addresses, cudaMemset for all bytes, and cudaMemcpy2D, which skips the
// gaps.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void addToRows(char* data, size_t pitch, int rows, int columns) {
  int column = blockIdx.x * blockDim.x + threadIdx.x, row = blockIdx.y;
  if (row >= rows || column >= columns) return;
  int* line = reinterpret_cast<int*>(data + row * pitch);
  line[column] += 10 * row;
}

int main() {
  const int rows = 4, columns = 37;
  int host[rows][columns], result[rows][columns];
  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < columns; ++column) host[row][column] = column;

  char* device;
  size_t pitch;
  cudaMallocPitch(&device, &pitch, columns * sizeof(int), rows);
  printf("the pitch has room for a row: %s\n", pitch >= columns * sizeof(int) ? "yes" : "no");
  cudaMemset(device, 0, pitch * rows);
  cudaMemcpy2D(device, pitch, host, columns * sizeof(int), columns * sizeof(int), rows - 1, cudaMemcpyHostToDevice);
  addToRows<<<dim3((columns + 31) / 32, rows), 32>>>(device, pitch, rows, columns);
  cudaMemcpy2D(result, columns * sizeof(int), device, pitch, columns * sizeof(int), rows, cudaMemcpyDeviceToHost);
  cudaFree(device);

  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < columns; ++column) {
      const int expected = (row < rows - 1 ? column : 0) + 10 * row;  // the last row was not copied, only set to zero
      if (result[row][column] != expected) {
        printf("row %d, column %d is %d, should be %d\n", row, column, result[row][column], expected);
        return 1;
      }
    }
  printf("right\n");
  return 0;
}
