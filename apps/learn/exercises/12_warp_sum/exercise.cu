__global__ void blockSum(const float* a, float* out, int n) {
  __shared__ float parts[8];
  int t = threadIdx.x;
  int i = blockIdx.x * 256 + t;
  float v = i < n ? a[i] : 0;
//! start
  // YOUR TURN: sum of each warp, wait, sum of the 8 parts
//! solution
  for (int step = 16; step > 0; step /= 2) v += __shfl_down_sync(0xffffffff, v, step);
  if (t % 32 == 0) parts[t / 32] = v;
  __syncthreads();
  if (t < 32) {
    v = t < 8 ? parts[t] : 0;
    for (int step = 4; step > 0; step /= 2) v += __shfl_down_sync(0xffffffff, v, step);
    if (t == 0) out[blockIdx.x] = v;
  }
//! both
}

void launch(const float* a, float* out, int n) {
  blockSum<<<(n + 255) / 256, 256>>>(a, out, n);
}
