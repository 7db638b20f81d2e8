// An image of 64 pixels with 32 channels in two layouts; each pixel's sum over its channels.
#include <cstdio>

constexpr int pixels = 64, channels = 32;

__global__ void sums_nchw(const float* image, float* sum) {
  int p = blockIdx.x * blockDim.x + threadIdx.x;
  float s = 0;
  for (int c = 0; c < channels; ++c)
    s += image[c * pixels + p];
  sum[p] = s;
}

__global__ void sums_nhwc(const float* image, float* sum) {
  int p = blockIdx.x * blockDim.x + threadIdx.x;
  float s = 0;
  for (int c = 0; c < channels; ++c)
    s += image[p * channels + c];
  sum[p] = s;
}

__global__ void add_bias_nhwc(float* image, const float* bias) {
  int p = blockIdx.x, c = threadIdx.x;
  float b = bias[c];
  image[p * channels + c] += b;
}

int main() {
  float *nchw, *nhwc, *bias, *sum, *other;
  cudaMallocManaged(&nchw, pixels * channels * sizeof(float));
  cudaMallocManaged(&nhwc, pixels * channels * sizeof(float));
  cudaMallocManaged(&bias, channels * sizeof(float));
  cudaMallocManaged(&sum, pixels * sizeof(float));
  cudaMallocManaged(&other, pixels * sizeof(float));
  for (int p = 0; p < pixels; ++p)
    for (int c = 0; c < channels; ++c)
      nchw[c * pixels + p] = nhwc[p * channels + c] = p + c, bias[c] = 1;
  sums_nchw<<<1, pixels>>>(nchw, sum);
  sums_nhwc<<<1, pixels>>>(nhwc, other);
  cudaDeviceSynchronize();
  printf("pixel 3: %g and %g\n", sum[3], other[3]);
  add_bias_nhwc<<<pixels, channels>>>(nhwc, bias);
  cudaDeviceSynchronize();
  printf("pixel 3, channel 5: %g\n", nhwc[3 * channels + 5]);
  cudaFree(nchw);
  cudaFree(nhwc);
  cudaFree(bias);
  cudaFree(sum);
  cudaFree(other);
  return 0;
}
