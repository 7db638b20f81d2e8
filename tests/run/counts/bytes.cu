// Each lane reads 4 neighbouring bytes of shared memory, which nvcc does not fuse. 1 warp.
// written: 4 requests; 32 lanes read 32 different words, each a byte of its own: no conflicts
// fused: the same
// shared_requests 4 / 4, bank_conflicts 0 / 0
__global__ void sums(int* out) {
  __shared__ unsigned char s[128];
  int t = threadIdx.x;
  for (int i = t; i < 128; i += 32) s[i] = i;
  __syncthreads();
  out[t] = s[4 * t] + s[4 * t + 1] + s[4 * t + 2] + s[4 * t + 3];  // counted
}

int main() {
  int* out;
  cudaMalloc(&out, 128);
  sums<<<1, 32>>>(out);
}
