// Each lane stores 4 neighbouring words to shared memory. 1 warp.
// written: 4 requests, 3 conflicts each: 12
// fused: 1 request of 16 bytes without conflicts
// shared_requests 4 / 1, bank_conflicts 12 / 0
__global__ void spread(float* out, const float4* in) {
  __shared__ float s[128];
  int t = threadIdx.x;
  float4 v = in[t];
  s[4 * t] = v.x, s[4 * t + 1] = v.y, s[4 * t + 2] = v.z, s[4 * t + 3] = v.w;  // counted
  __syncthreads();
  out[t] = s[t];
}

int main() {
  float *out, *in;
  cudaMalloc(&out, 128);
  cudaMalloc(&in, 512);
  cudaMemset(in, 0, 512);
  spread<<<1, 32>>>(out, (float4*)in);
}
