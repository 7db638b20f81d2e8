// Text on the GPU: each thread looks at one character and its left neighbour; a warp counts by a vote, a block by
// atomics.
#include <cuda_runtime.h>

#include <cstdio>
#include <cstring>
#include <string>

__device__ bool in_word(char c) {
  return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || c == '\'';
}

__device__ unsigned int words = 0;
__managed__ int letters[26];

__global__ void count(const char* text, size_t length) {
  __shared__ unsigned int in_block;
  if (threadIdx.x == 0) in_block = 0;
  __syncthreads();
  const size_t i = size_t(blockIdx.x) * blockDim.x + threadIdx.x;
  const bool begins = i < length && in_word(text[i]) && (i == 0 || !in_word(text[i - 1]));
  const unsigned int ballot = __ballot_sync(~0u, begins);
  if ((threadIdx.x & 31) == 0) atomicAdd(&in_block, __popc(ballot));
  if (i < length && text[i] >= 'a' && text[i] <= 'z') atomicAdd(&letters[text[i] - 'a'], 1);
  __syncthreads();
  if (threadIdx.x == 0) atomicAdd(&words, in_block);
}

int main() {
  std::string text;
  for (int i = 0; i < 30; ++i) text += "it's one of thirty lines, each of eight words.\n";
  char* d_text = nullptr;
  cudaMalloc(&d_text, text.size());
  cudaMemcpy(d_text, text.c_str(), text.size(), cudaMemcpyHostToDevice);
  memset(letters, 0, sizeof letters);
  const dim3 threads = 256;
  count<<<unsigned((text.size() + threads.x - 1) / threads.x), threads>>>(d_text, text.size());
  cudaDeviceSynchronize();
  unsigned int result;
  cudaMemcpyFromSymbol(&result, words, sizeof result);
  printf("%u words, %d times the letter e\n", result, letters['e' - 'a']);
  cudaFree(d_text);
  return EXIT_SUCCESS;
}
