// M20: no tile, no conflicts, but the stores of a warp lie in 32 rows
__global__ void transpose(const float* a, float* out, int width, int height) {
  int x = blockIdx.x * 32 + threadIdx.x;
  int y = blockIdx.y * 32 + threadIdx.y;
  if (x < width && y < height) out[x * height + y] = a[y * width + x];
}

void launch(const float* a, float* out, int width, int height) {
  dim3 grid((width + 31) / 32, (height + 31) / 32);
  transpose<<<grid, dim3(32, 32)>>>(a, out, width, height);
}
