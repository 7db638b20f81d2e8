// A block of 256 threads copies 256 numbers in four ways.
__global__ void side_by_side(const float* in, float* out) {
  int i = threadIdx.x;
  float x = in[i];
  out[i] = x;
}

__global__ void shifted(const float* in, float* out) {
  int i = threadIdx.x;
  float x = in[1 + i];
  out[i] = x;
}

__global__ void every_second(const float* in, float* out) {
  int i = threadIdx.x;
  float x = in[2 * i];
  out[i] = x;
}

__global__ void every_eighth(const float* in, float* out) {
  int i = threadIdx.x;
  float x = in[8 * i];
  out[i] = x;
}

int main() {
  float *in, *out;
  cudaMallocManaged(&in, 8 * 256 * sizeof(float));
  cudaMallocManaged(&out, 256 * sizeof(float));
  for (int i = 0; i < 8 * 256; ++i) in[i] = i;
  side_by_side<<<1, 256>>>(in, out);
  shifted<<<1, 256>>>(in, out);
  every_second<<<1, 256>>>(in, out);
  every_eighth<<<1, 256>>>(in, out);
  cudaDeviceSynchronize();
  cudaFree(in);
  cudaFree(out);
  return 0;
}
