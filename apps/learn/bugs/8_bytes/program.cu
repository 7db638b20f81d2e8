#include <cstdio>

// Counts the numbers above the limit, of 64. One byte for each; four bytes at once are set to 0.
__global__ void above(const int* a, int limit, int* out) {
  __shared__ unsigned words[16];
  unsigned char* marks = reinterpret_cast<unsigned char*>(words);
  int t = threadIdx.x;
  if (t < 16) {
    words[t] = 0;
  }
  if (a[t] > limit) {
    marks[t] = 1;
  }
  __syncthreads();
  if (t == 0) {
    int count = 0;
    for (int i = 0; i < 64; ++i) count += marks[i];
    *out = count;
  }
}

int main() {
  int *a, *out;
  cudaMallocManaged(&a, 64 * sizeof(int));
  cudaMallocManaged(&out, sizeof(int));
  for (int i = 0; i < 64; ++i) a[i] = i;
  above<<<1, 64>>>(a, 20, out);
  cudaDeviceSynchronize();
  printf("the count is %d, should be 43\n", *out);
  cudaFree(a);
  cudaFree(out);
  return 0;
}
