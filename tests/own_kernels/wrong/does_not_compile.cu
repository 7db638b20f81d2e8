// The product of two matrices in tiles of 16 x 16.
__global__ void product(const float* a, const float* b, float* c, int M, int N, int K) {
  __shared__ float ta[16][16], tb[16][16];
  int x = threadIdx.x, y = threadIdx.y;
  int column = blockIdx.x * 16 + x;
  int row = blockIdx.y * 16 + y;
  float sum = 0
  for (int k0 = 0; k0 < K; k0 += 16) {
    ta[y][x] = row < M && k0 + x < K ? a[row * K + k0 + x] : 0;
    tb[y][x] = k0 + y < K && column < N ? b[(k0 + y) * N + column] : 0;
    __syncthreads();
    for (int k = 0; k < 16; ++k) sum += ta[y][k] * tb[k][x];
    __syncthreads();
  }
  if (row < M && column < N) c[row * N + column] = sum;
}

void launch(const float* a, const float* b, float* c, int M, int N, int K) {
  dim3 grid((N + 15) / 16, (M + 15) / 16);
  product<<<grid, dim3(16, 16)>>>(a, b, c, M, N, K);
}
