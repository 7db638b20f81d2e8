#include <cstdio>

// Four blocks, one for each sample: out = weight * x. Then the weights move a step, for the next launch.
__global__ void forward(float* weight, const float* x, float* out) {
  int t = threadIdx.x;
  float w = weight[t];
  float product = w * x[blockIdx.x];
  out[blockIdx.x * 64 + t] = product;
}

__global__ void update(float* weight, const float* gradient) {
  int t = threadIdx.x;
  weight[t] = weight[t] - 0.5f * gradient[t];
}

int main() {
  float *weight, *x, *gradient, *out;
  cudaMallocManaged(&weight, 64 * sizeof(float));
  cudaMallocManaged(&x, 4 * sizeof(float));
  cudaMallocManaged(&gradient, 64 * sizeof(float));
  cudaMallocManaged(&out, 256 * sizeof(float));
  for (int i = 0; i < 64; ++i) weight[i] = i, gradient[i] = 2;
  for (int b = 0; b < 4; ++b) x[b] = b + 1;
  forward<<<4, 64>>>(weight, x, out);
  update<<<1, 64>>>(weight, gradient);
  cudaDeviceSynchronize();
  printf("out[10] is %g, should be 10\n", out[10]);
  printf("out[202] is %g, should be 40\n", out[202]);
  printf("weight[10] is %g, should be 9\n", weight[10]);
  cudaFree(weight);
  cudaFree(x);
  cudaFree(gradient);
  cudaFree(out);
  return 0;
}
