__global__ void add10(const float* a, float* out, int n) {
  int first = blockIdx.x * blockDim.x + threadIdx.x;
//! start
  int i = first;
  if (i < n) out[i] = a[i] + 10;  // YOUR TURN: a loop
//! solution
  for (int i = first; i < n; i += gridDim.x * blockDim.x) out[i] = a[i] + 10;
//! both
}

void launch(const float* a, float* out, int n) {
  add10<<<4, 64>>>(a, out, n);
}
