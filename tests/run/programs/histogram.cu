// Histogram of the letters of a text: atomics in shared memory for each block, then one atomic per block and letter.
#include <cuda_runtime.h>

#include <cstdio>
#include <string>

const int letters = 26;

__global__ void histogram(const char* text, int n, unsigned* counts) {
  __shared__ unsigned local[letters];
  for (int k = threadIdx.x; k < letters; k += blockDim.x) local[k] = 0;
  __syncthreads();
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
    char c = text[i];
    if (c >= 'a' && c <= 'z') atomicAdd(&local[c - 'a'], 1u);
  }
  __syncthreads();
  for (int k = threadIdx.x; k < letters; k += blockDim.x)
    if (local[k] > 0) atomicAdd(&counts[k], local[k]);
}

int main() {
  const char* words[] = {"warp", "lane", "block", "grid", "barrier", "kernel", "thread"};
  std::string text;
  for (int i = 0; i < 600; ++i) text += std::string(words[i * i % 7]) + " ";
  const int n = static_cast<int>(text.size());
  char* d_text;
  unsigned *d_counts, counts[letters], expected[letters] = {};
  cudaMalloc(&d_text, n);
  cudaMalloc(&d_counts, sizeof counts);
  cudaMemcpy(d_text, text.data(), n, cudaMemcpyHostToDevice);
  cudaMemset(d_counts, 0, sizeof counts);
  histogram<<<4, 96>>>(d_text, n, d_counts);
  cudaMemcpy(counts, d_counts, sizeof counts, cudaMemcpyDeviceToHost);
  cudaFree(d_text);
  cudaFree(d_counts);
  for (char c : text)
    if (c != ' ') ++expected[c - 'a'];
  for (int k = 0; k < letters; ++k)
    if (counts[k] != expected[k]) {
      printf("%c: %u, should be %u\n", 'a' + k, counts[k], expected[k]);
      return 1;
    }
  printf("right\n");
  return 0;
}
