// M20: neighbouring threads are in different rows
__global__ void brighten(const float* a, float* out, int width, int height) {
  int x = blockIdx.y * blockDim.y + threadIdx.y;
  int y = blockIdx.x * blockDim.x + threadIdx.x;
  if (x < width && y < height) out[y * width + x] = fminf(2 * a[y * width + x], 255);
}

void launch(const float* a, float* out, int width, int height) {
  dim3 block(32, 8);
  dim3 grid((height + 31) / 32, (width + 7) / 8);
  brighten<<<grid, block>>>(a, out, width, height);
}
