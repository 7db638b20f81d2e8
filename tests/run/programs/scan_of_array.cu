// Exclusive scan of a long array by three launches: each block scans its part as Blelloch does, one block scans the
// sums of the parts, and then each block adds the sum of all parts before it.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

const int part = 256;  // elements of a block, two per thread

__global__ void scan_parts(const int* in, int* out, int* sums, int n) {
  __shared__ int tree[part];
  const int t = threadIdx.x, first = blockIdx.x * part;
  for (int k = t; k < part; k += blockDim.x) tree[k] = first + k < n ? in[first + k] : 0;
  for (int stride = 1; stride < part; stride *= 2) {  // up: each node gets the sum of its leaves
    __syncthreads();
    int right = 2 * stride * (t + 1) - 1;
    if (right < part) tree[right] += tree[right - stride];
  }
  __syncthreads();
  if (t == 0) {
    if (sums != nullptr) sums[blockIdx.x] = tree[part - 1];
    tree[part - 1] = 0;
  }
  for (int stride = part / 2; stride > 0; stride /= 2) {  // down: each node gets the sum of all leaves before it
    __syncthreads();
    int right = 2 * stride * (t + 1) - 1;
    if (right < part) {
      int left = tree[right - stride];
      tree[right - stride] = tree[right];
      tree[right] += left;
    }
  }
  __syncthreads();
  for (int k = t; k < part; k += blockDim.x)
    if (first + k < n) out[first + k] = tree[k];
}

__global__ void add_sums(int* out, const int* sums, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] += sums[blockIdx.x];
}

int main() {
  const int n = 5000, blocks = (n + part - 1) / part;
  std::vector<int> in(n), out(n);
  for (int i = 0; i < n; ++i) in[i] = (i * i) % 13;
  int *d_in, *d_out, *d_sums;
  cudaMalloc(&d_in, n * sizeof(int));
  cudaMalloc(&d_out, n * sizeof(int));
  cudaMalloc(&d_sums, blocks * sizeof(int));
  cudaMemcpy(d_in, in.data(), n * sizeof(int), cudaMemcpyHostToDevice);
  scan_parts<<<blocks, part / 2>>>(d_in, d_out, d_sums, n);
  scan_parts<<<1, part / 2>>>(d_sums, d_sums, nullptr, blocks);
  add_sums<<<blocks, part>>>(d_out, d_sums, n);
  cudaMemcpy(out.data(), d_out, n * sizeof(int), cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_out);
  cudaFree(d_sums);
  int sum = 0;
  for (int i = 0; i < n; sum += in[i++])
    if (out[i] != sum) {
      printf("out[%d] is %d, should be %d\n", i, out[i], sum);
      return 1;
    }
  printf("%d blocks\nright\n", blocks);
  return 0;
}
