//! start
__global__ void product(const float* a, const float* b, float* c, int M, int N, int K) {
  __shared__ __align__(16) float ta[16][64];  // ta is transposed: ta[k][row]
  __shared__ __align__(16) float tb[16][64];
//! solution
__global__ void product(const float* a, const float* b, float* c, int M, int N, int K) {
  __shared__ __align__(16) float ta[16][64 + 4];  // ta is transposed: ta[k][row]
  __shared__ __align__(16) float tb[16][64];
//! both
  int x = threadIdx.x, y = threadIdx.y;
  int row0 = blockIdx.y * 64, column0 = blockIdx.x * 64;
  float sum[4][4] = {};
  for (int k0 = 0; k0 < K; k0 += 16) {
    for (int i = 0; i < 64; i += 16) {
      int row = row0 + y + i, column = column0 + x + i;
      ta[x][y + i] = row < M && k0 + x < K ? a[row * K + k0 + x] : 0;
      tb[y][x + i] = k0 + y < K && column < N ? b[(k0 + y) * N + column] : 0;
    }
    __syncthreads();
    for (int k = 0; k < 16; ++k) {
//! start
      // YOUR TURN: read 4 values of ta and 4 of tb once, then 16 products
      for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j) sum[i][j] += ta[k][4 * y + i] * tb[k][4 * x + j];
//! solution
      float4 p = *(const float4*)&ta[k][4 * y];
      float4 q = *(const float4*)&tb[k][4 * x];
      float u[4] = {p.x, p.y, p.z, p.w}, v[4] = {q.x, q.y, q.z, q.w};
      for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j) sum[i][j] += u[i] * v[j];
//! both
    }
    __syncthreads();
  }
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 4; ++j) {
      int row = row0 + 4 * y + i, column = column0 + 4 * x + j;
      if (row < M && column < N) c[row * N + column] = sum[i][j];
    }
  }
}

void launch(const float* a, const float* b, float* c, int M, int N, int K) {
  dim3 grid((N + 63) / 64, (M + 63) / 64);
  product<<<grid, dim3(16, 16)>>>(a, b, c, M, N, K);
}
