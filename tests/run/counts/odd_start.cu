// Each lane reads 4 neighbouring words from word 4 t + 1 on: no piece of 16 bytes is whole. 1 warp.
// written: 4 requests, 4 turns each: 12 conflicts
// fused: words 4 t + 2 and 4 t + 3 are an aligned pair; 4 t + 1 and 4 t + 4 stay alone. 2 requests of a word, 3 conflicts
//   each; the pair: half-warps of 16 lanes, 4 words apart: 2 words in each of 16 banks, 1 conflict a half: 2. In all 8
// shared_requests 4 / 3, bank_conflicts 12 / 8
__global__ void shifted(float* out) {
  __shared__ float s[132];
  int t = threadIdx.x;
  for (int i = t; i < 132; i += 32) s[i] = i;
  __syncthreads();
  out[t] = s[4 * t + 1] + s[4 * t + 2] + s[4 * t + 3] + s[4 * t + 4];  // counted
}

int main() {
  float* out;
  cudaMalloc(&out, 128);
  shifted<<<1, 32>>>(out);
}
