// 8 results a thread, as in the vectorised rung of a ladder: each lane reads 8 neighbouring words. 2 warps.
// written: 8 requests a warp; lanes are 8 words apart: 4 banks, 8 words in each: 7 conflicts a request: 56 a warp
// fused: 2 requests of 16 bytes; a quarter-warp's 8 lanes, 8 words apart, meet in 4 groups of 4 banks, 2 words in each
//   bank: 1 conflict a quarter: 4 a request, 8 a warp
// shared_requests 16 / 4, bank_conflicts 112 / 16
__global__ void eight(float* out) {
  __shared__ float s[512];
  int t = threadIdx.x;
  for (int i = t; i < 512; i += 64) s[i] = i;
  __syncthreads();
  float r[8], sum = 0;
  for (int i = 0; i < 8; ++i) r[i] = s[t * 8 + i];  // counted
  for (int i = 0; i < 8; ++i) sum = sum * 2 + r[i];
  out[t] = sum;
}

int main() {
  float* out;
  cudaMalloc(&out, 256);
  eight<<<1, 64>>>(out);
}
