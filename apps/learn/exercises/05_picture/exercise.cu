__global__ void brighten(const float* a, float* out, int width, int height) {
//! start
  // YOUR TURN: x, y, two guards, one pixel
//! solution
  int x = blockIdx.x * blockDim.x + threadIdx.x;
  int y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x < width && y < height) {
    int i = y * width + x;
    out[i] = fminf(2 * a[i], 255);
  }
//! both
}

void launch(const float* a, float* out, int width, int height) {
  dim3 block(32, 8);
  dim3 grid((width + 31) / 32, (height + 7) / 8);
  brighten<<<grid, block>>>(a, out, width, height);
}
