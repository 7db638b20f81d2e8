// Softmax of each row: a block per row finds the largest, adds the exponentials, and divides. Large inputs do not
// overflow.
#include <cuda_runtime.h>

#include <cmath>
#include <cstdio>
#include <vector>

template <typename Join>
__device__ float over_block(float value, float* scratch, Join join) {
  scratch[threadIdx.x] = value;
  __syncthreads();
  for (int half = blockDim.x / 2; half > 0; half /= 2) {
    if (static_cast<int>(threadIdx.x) < half)
      scratch[threadIdx.x] = join(scratch[threadIdx.x], scratch[threadIdx.x + half]);
    __syncthreads();
  }
  const float result = scratch[0];
  __syncthreads();  // the next call writes scratch again
  return result;
}

__global__ void softmax(const float* logits, float* probabilities, int columns) {
  extern __shared__ float scratch[];
  const float* in = logits + blockIdx.x * columns;
  float* out = probabilities + blockIdx.x * columns;
  float largest = -INFINITY, sum = 0.0f;
  for (int c = threadIdx.x; c < columns; c += blockDim.x) largest = fmaxf(largest, in[c]);
  largest = over_block(largest, scratch, [](float a, float b) { return fmaxf(a, b); });
  for (int c = threadIdx.x; c < columns; c += blockDim.x) sum += expf(in[c] - largest);
  sum = over_block(sum, scratch, [](float a, float b) { return a + b; });
  for (int c = threadIdx.x; c < columns; c += blockDim.x) out[c] = expf(in[c] - largest) / sum;
}

int main() {
  const int rows = 6, columns = 150;
  std::vector<float> in(rows * columns), out(rows * columns);
  for (int i = 0; i < rows * columns; ++i) in[i] = 500.0f + i * 37 % 101 / 10.0f;
  float *d_in, *d_out;
  cudaMalloc(&d_in, in.size() * sizeof(float));
  cudaMalloc(&d_out, out.size() * sizeof(float));
  cudaMemcpy(d_in, in.data(), in.size() * sizeof(float), cudaMemcpyHostToDevice);
  softmax<<<rows, 64, 64 * sizeof(float)>>>(d_in, d_out, columns);
  cudaMemcpy(out.data(), d_out, out.size() * sizeof(float), cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_out);

  for (int row = 0; row < rows; ++row) {
    double sum = 0.0;
    for (int c = 0; c < columns; ++c) sum += std::exp(in[row * columns + c] - 500.0);
    for (int c = 0; c < columns; ++c) {
      const double expected = std::exp(in[row * columns + c] - 500.0) / sum;
      if (!(std::fabs(out[row * columns + c] - expected) <= 1e-5 * expected)) {
        printf("row %d, column %d is %g, should be %g\n", row, c, out[row * columns + c], expected);
        return 1;
      }
    }
  }
  printf("right\n");
  return 0;
}
