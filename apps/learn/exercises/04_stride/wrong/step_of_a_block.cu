// M08: the step is a block, not the grid
__global__ void add10(const float* a, float* out, int n) {
  int first = blockIdx.x * blockDim.x + threadIdx.x;
  for (int i = first; i < n; i += blockDim.x) out[i] = a[i] + 10;
}

void launch(const float* a, float* out, int n) {
  add10<<<4, 64>>>(a, out, n);
}
