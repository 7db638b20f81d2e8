// M09: reads as if there were one block
__global__ void add10(const float* a, float* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = a[threadIdx.x < n ? threadIdx.x : 0] + 10;
}

void launch(const float* a, float* out, int n) {
  int blocks = (n + 255) / 256;
  add10<<<blocks, 256>>>(a, out, n);
}
