// Each lane reads 4 neighbouring words of global memory through a float*, whose alignment the compiler does not
// know. 1 warp.
// written: 4 requests, 16 sectors each: 64, where 4 each would do: 16
// fused, if its type promised the alignment (that is a guess; this file's machine code has the written ones): 1 request
//   of 16 sectors, ideal 16
// requests 4 / 1 / 4, sectors 64 / 16 / 64, ideal 16 / 16 / 16
__global__ void sums(float* out, const float* in) {
  int t = threadIdx.x;
  float sum = in[4 * t] + in[4 * t + 1] + in[4 * t + 2] + in[4 * t + 3];  // counted
  out[t] = sum;
}

int main() {
  float *out, *in;
  cudaMalloc(&out, 128);
  cudaMalloc(&in, 512);
  cudaMemset(in, 0, 512);
  sums<<<1, 32>>>(out, in);
}
