// Each lane reads 2 neighbouring words of shared memory. 2 warps.
// written: 2 requests a warp; lanes are 2 words apart: 16 banks, 2 words in each: 1 conflict a request
// fused: 1 request of 8 bytes a warp, a half-warp reads 32 neighbouring words: 0 conflicts
// shared_requests 4 / 2, bank_conflicts 4 / 0
__global__ void pairs(float* out) {
  __shared__ float s[128];
  int t = threadIdx.x;
  for (int i = t; i < 128; i += 64) s[i] = i;
  __syncthreads();
  out[t] = s[2 * t] * s[2 * t + 1];  // counted
}

int main() {
  float* out;
  cudaMalloc(&out, 256);
  pairs<<<1, 64>>>(out);
}
