// gate: each thread loads its whole window
__global__ void convolution(const float* picture, const float* weights, float* out, int H, int W, int C, int F) {
  int f = blockIdx.x * 16 + threadIdx.x;
  int row = blockIdx.y * 16 + threadIdx.y;
  if (row >= H * W || f >= F) return;
  float sum = 0;
  for (int k = 0; k < 9 * C; ++k) {
    int y = row / W + k / C / 3 - 1, x = row % W + k / C % 3 - 1;
    if (y >= 0 && y < H && x >= 0 && x < W) sum += picture[(y * W + x) * C + k % C] * weights[k * F + f];
  }
  out[row * F + f] = sum;
}

void launch(const float* picture, const float* weights, float* out, int H, int W, int C, int F) {
  dim3 grid((F + 15) / 16, (H * W + 15) / 16);
  convolution<<<grid, dim3(16, 16)>>>(picture, weights, out, H, W, C, F);
}
