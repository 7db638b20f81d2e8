// A 3 x 3 convolution of one picture as the product of its windows, which are never written, and the weights.
__device__ float window(const float* picture, int H, int W, int C, int row, int k) {
  int p = row / W, q = row % W;
  int c = k % C, r = k / C / 3, s = k / C % 3;
  int y = p + r - 1, x = q + s - 1;
  if (y < 0 || y >= H || x < 0 || x >= W) return 0;
  return picture[(y * W + x) * C + c];
}

__global__ void convolution(const float* picture, const float* weights, float* out, int H, int W, int C, int F) {
  __shared__ float ta[16][16], tb[16][16];
  int x = threadIdx.x, y = threadIdx.y;
  int f = blockIdx.x * 16 + x;
  int row = blockIdx.y * 16 + y;
  float sum = 0;
  for (int k0 = 0; k0 < 9 * C; k0 += 16) {
    ta[y][x] = row < H * W && k0 + x < 9 * C ? window(picture, H, W, C, row, k0 + x) : 0;
    tb[y][x] = k0 + y < 9 * C && f < F ? weights[(k0 + y) * F + f] : 0;
    __syncthreads();
    for (int k = 0; k < 16; ++k) sum += ta[y][k] * tb[k][x];
    __syncthreads();
  }
  if (row < H * W && f < F) out[row * F + f] = sum;
}

void launch(const float* picture, const float* weights, float* out, int H, int W, int C, int F) {
  dim3 grid((F + 15) / 16, (H * W + 15) / 16);
  convolution<<<grid, dim3(16, 16)>>>(picture, weights, out, H, W, C, F);
}

// The gradient of the weights: a thread for each of the 9 C F sums over the picture.
__global__ void of_weights(const float* picture, const float* gradient, float* dweights, int H, int W, int C, int F) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= 9 * C * F) return;
  int f = i % F, k = i / F;
  float sum = 0;
  for (int row = 0; row < H * W; ++row) sum += window(picture, H, W, C, row, k) * gradient[row * F + f];
  dweights[i] = sum;
}

void launch_weights(const float* picture, const float* gradient, float* dweights, int H, int W, int C, int F) {
  of_weights<<<(9 * C * F + 255) / 256, 256>>>(picture, gradient, dweights, H, W, C, F);
}
