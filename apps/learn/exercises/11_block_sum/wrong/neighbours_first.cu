// M22: in every warp a part of the threads waits
__global__ void blockSum(const float* a, float* out, int n) {
  __shared__ float s[256];
  int t = threadIdx.x;
  int i = blockIdx.x * 256 + t;
  s[t] = i < n ? a[i] : 0;
  for (int step = 1; step < 256; step *= 2) {
    __syncthreads();
    if (t % (2 * step) == 0) s[t] += s[t + step];
  }
  if (t == 0) out[blockIdx.x] = s[0];
}

void launch(const float* a, float* out, int n) {
  blockSum<<<(n + 255) / 256, 256>>>(a, out, n);
}
