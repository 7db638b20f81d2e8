__global__ void softmax(const float* a, float* out, int width) {
  const float* row = a + blockIdx.x * width;
  int p = threadIdx.x;
//! start
  // YOUR TURN: maximum, sum, shares of this row
//! solution
  float m = -INFINITY;
  for (int x = p; x < width; x += 32) m = fmaxf(m, row[x]);
  for (int step = 16; step > 0; step /= 2) m = fmaxf(m, __shfl_xor_sync(0xffffffff, m, step));
  float sum = 0;
  for (int x = p; x < width; x += 32) sum += expf(row[x] - m);
  for (int step = 16; step > 0; step /= 2) sum += __shfl_xor_sync(0xffffffff, sum, step);
  for (int x = p; x < width; x += 32) out[blockIdx.x * width + x] = expf(row[x] - m) / sum;
//! both
}

void launch(const float* a, float* out, int width, int height) {
  softmax<<<height, 32>>>(a, out, width);
}
