// M10: the guard leaves out the last element
__global__ void add10(const float* a, float* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n - 1) out[i] = a[i] + 10;
}

void launch(const float* a, float* out, int n) {
  int blocks = (n + 255) / 256;
  add10<<<blocks, 256>>>(a, out, n);
}
