// Three-dimensional indices: a thread per voxel of a box, in blocks that do not divide it.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

__global__ void fill(int* box, dim3 size) {
  unsigned x = blockIdx.x * blockDim.x + threadIdx.x;
  unsigned y = blockIdx.y * blockDim.y + threadIdx.y;
  unsigned z = blockIdx.z * blockDim.z + threadIdx.z;
  if (x >= size.x || y >= size.y || z >= size.z) return;
  box[(z * size.y + y) * size.x + x] = 100 * z + 10 * y + x;
}

int main() {
  const dim3 size(9, 5, 3);
  const int n = size.x * size.y * size.z;
  int* d_box = nullptr;
  cudaMalloc(&d_box, n * sizeof(int));
  cudaMemset(d_box, 0xff, n * sizeof(int));

  const dim3 block(4, 4, 2);
  fill<<<dim3((size.x + 3) / 4, (size.y + 3) / 4, (size.z + 1) / 2), block>>>(d_box, size);

  std::vector<int> box(n);
  cudaMemcpy(box.data(), d_box, n * sizeof(int), cudaMemcpyDeviceToHost);
  cudaFree(d_box);
  printf("first %d, last %d\n", box.front(), box.back());
  for (unsigned z = 0, i = 0; z < size.z; ++z)
    for (unsigned y = 0; y < size.y; ++y)
      for (unsigned x = 0; x < size.x; ++x, ++i)
        if (box[i] != int(100 * z + 10 * y + x)) {
          printf("box[%u] is %d, should be %u\n", i, box[i], 100 * z + 10 * y + x);
          return 1;
        }
  printf("right\n");
  return 0;
}
