// Each lane reads 4 neighbouring words of shared memory, 16 bytes apart from the next lane's. 1 warp.
// written: 4 requests; lanes are 4 words apart, so 8 different banks, 4 words in each: 4 turns, 3 conflicts a request: 12
// fused: 1 request of 16 bytes, a quarter-warp reads 32 neighbouring words: 0 conflicts
// shared_requests 4 / 1, bank_conflicts 12 / 0
__global__ void sums(float* out) {
  __shared__ float s[128];
  int t = threadIdx.x;
  for (int i = t; i < 128; i += 32) s[i] = i;
  __syncthreads();
  out[t] = s[4 * t] + s[4 * t + 1] + s[4 * t + 2] + s[4 * t + 3];  // counted
}

int main() {
  float* out;
  cudaMalloc(&out, 128);
  sums<<<1, 32>>>(out);
}
