// M10: the edges have no threads
__global__ void brighten(const float* a, float* out, int width, int height) {
  int x = blockIdx.x * blockDim.x + threadIdx.x;
  int y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x < width && y < height) out[y * width + x] = fminf(2 * a[y * width + x], 255);
}

void launch(const float* a, float* out, int width, int height) {
  dim3 block(32, 8);
  dim3 grid(width / 32, height / 8);
  brighten<<<grid, block>>>(a, out, width, height);
}
