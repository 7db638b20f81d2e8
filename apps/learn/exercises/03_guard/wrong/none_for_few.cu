// M02: no block for less than 250 elements
__global__ void add10(const float* a, float* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  for (int j = i; j < n; j += n / 250 * 256) out[j] = a[j] + 10;
}

void launch(const float* a, float* out, int n) {
  int blocks = n / 250;
  add10<<<blocks, 256>>>(a, out, n);
}
