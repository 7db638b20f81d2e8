__global__ void add10(const float* a, float* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
//! start
  out[i] = a[i] + 10;  // YOUR TURN: not every thread has an element
//! solution
  if (i < n) out[i] = a[i] + 10;
//! both
}

void launch(const float* a, float* out, int n) {
//! start
  int blocks = n / 256;  // YOUR TURN: this rounds down
//! solution
  int blocks = (n + 255) / 256;
//! both
  add10<<<blocks, 256>>>(a, out, n);
}
