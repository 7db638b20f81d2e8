__global__ void average(const float* a, float* out, int n) {
  __shared__ float tile[4 + 128 + 4];
  int t = threadIdx.x;
  int i = blockIdx.x * 128 + t;
//! start
  // YOUR TURN: fill the tile, wait, sum
//! solution
  for (int j = t; j < 136; j += 128) {
    int k = blockIdx.x * 128 + j - 4;
    tile[j] = k >= 0 && k < n ? a[k] : 0;
  }
  __syncthreads();
  if (i < n) {
    float sum = 0;
    for (int j = 0; j < 9; ++j) sum += tile[t + j];
    out[i] = sum / 9;
  }
//! both
}

void launch(const float* a, float* out, int n) {
  average<<<(n + 127) / 128, 128>>>(a, out, n);
}
