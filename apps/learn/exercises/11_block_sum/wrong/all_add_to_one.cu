// M19: additions get lost
__global__ void blockSum(const float* a, float* out, int n) {
  __shared__ float s[256];
  int t = threadIdx.x;
  int i = blockIdx.x * 256 + t;
  if (t == 0) s[0] = 0;
  __syncthreads();
  if (i < n) s[0] += a[i];
  __syncthreads();
  if (t == 0) out[blockIdx.x] = s[0];
}

void launch(const float* a, float* out, int n) {
  blockSum<<<(n + 255) / 256, 256>>>(a, out, n);
}
