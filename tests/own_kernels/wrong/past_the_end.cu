// Max-pooling of pictures with C channels. A thread for each element of y, and for each element of dx.
__global__ void forward(const float* x, float* y, unsigned char* which, int N, int H, int W, int C, int window,
                        int stride) {
  int P = (H - window) / stride + 1, Q = (W - window) / stride + 1;
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i > N * P * Q * C) return;
  int c = i % C, q = i / C % Q, p = i / C / Q % P, n = i / C / Q / P;
  const float* corner = x + ((n * H + p * stride) * W + q * stride) * C + c;
  int best = 0;
  for (int k = 1; k < window * window; ++k)
    if (corner[(k / window * W + k % window) * C] > corner[(best / window * W + best % window) * C]) best = k;
  y[i] = corner[(best / window * W + best % window) * C];
  which[i] = best;
}

__global__ void backward(const unsigned char* which, const float* dy, float* dx, int N, int H, int W, int C,
                         int window, int stride) {
  int P = (H - window) / stride + 1, Q = (W - window) / stride + 1;
  int index = blockIdx.x * blockDim.x + threadIdx.x;
  if (index >= N * H * W * C) return;
  int c = index % C, j = index / C % W, i = index / C / W % H, n = index / C / W / H;
  float sum = 0;
  for (int p = max(0, (i - window + stride) / stride); p <= min(P - 1, i / stride); ++p)
    for (int q = max(0, (j - window + stride) / stride); q <= min(Q - 1, j / stride); ++q) {
      int output = ((n * P + p) * Q + q) * C + c;
      if (which[output] == (i - p * stride) * window + (j - q * stride)) sum += dy[output];
    }
  dx[index] = sum;
}

void launch_forward(const float* x, float* y, unsigned char* which, int N, int H, int W, int C, int window,
                    int stride) {
  int P = (H - window) / stride + 1, Q = (W - window) / stride + 1;
  forward<<<(N * P * Q * C + 255) / 256, 256>>>(x, y, which, N, H, W, C, window, stride);
}

void launch_backward(const unsigned char* which, const float* dy, float* dx, int N, int H, int W, int C, int window,
                     int stride) {
  backward<<<(N * H * W * C + 255) / 256, 256>>>(which, dy, dx, N, H, W, C, window, stride);
}
