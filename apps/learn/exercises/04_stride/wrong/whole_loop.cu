// M08: each thread does all the work
__global__ void add10(const float* a, float* out, int n) {
  int first = blockIdx.x * blockDim.x + threadIdx.x;
  for (int i = 0; i < n; ++i) out[i] = a[i] + 10;
}

void launch(const float* a, float* out, int n) {
  add10<<<4, 64>>>(a, out, n);
}
