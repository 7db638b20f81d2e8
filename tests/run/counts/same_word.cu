// All lanes read the same 6 words, one after the other (a broadcast). 3 warps.
// written: 6 requests a warp, no conflicts
// fused: words 0 to 3 in one request, words 4 and 5 in one: 2 a warp
// shared_requests 18 / 6, bank_conflicts 0 / 0
__global__ void sums(float* out) {
  __shared__ float s[6];
  int t = threadIdx.x;
  if (t < 6) s[t] = t;
  __syncthreads();
  float sum = 0;
#pragma unroll
  for (int k = 0; k < 6; ++k) sum += s[k];  // counted
  out[t] = sum;
}

int main() {
  float* out;
  cudaMalloc(&out, 384);
  sums<<<1, 96>>>(out);
}
