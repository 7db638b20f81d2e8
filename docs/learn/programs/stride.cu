// The grid-stride loop: the same kernel with four grids; each thread counts its elements.
#include <cstdio>

__global__ void add_ten(const int* a, int* out, int n, int* taken) {
  int first = blockIdx.x * blockDim.x + threadIdx.x;
  int stride = gridDim.x * blockDim.x;
  taken[first] = 0;
  for (int i = first; i < n; i += stride) {
    out[i] = a[i] + 10;
    taken[first] += 1;
  }
}

int main() {
  const int n = 1000, most = 8 * 256;
  int *a, *out, *taken;
  cudaMallocManaged(&a, n * sizeof(int));
  cudaMallocManaged(&out, n * sizeof(int));
  cudaMallocManaged(&taken, most * sizeof(int));
  for (int i = 0; i < n; ++i) a[i] = i;
  const int grids[4][2] = {{1, 1}, {1, 32}, {2, 64}, {8, 256}};
  for (const auto& [blocks, threads] : grids) {
    for (int i = 0; i < n; ++i) out[i] = 0;
    add_ten<<<blocks, threads>>>(a, out, n, taken);
    cudaDeviceSynchronize();
    int right = 0;
    for (int i = 0; i < n; ++i) right += out[i] == i + 10;
    printf("%d x %3d threads: %4d right, the first thread took %4d, the last %4d\n",
           blocks, threads, right, taken[0], taken[blocks * threads - 1]);
  }
  cudaFree(a);
  cudaFree(out);
  cudaFree(taken);
  return 0;
}
