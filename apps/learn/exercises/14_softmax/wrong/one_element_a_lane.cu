// M10: rows are longer than a warp
__global__ void softmax(const float* a, float* out, int width) {
  const float* row = a + blockIdx.x * width;
  int p = threadIdx.x;
  float m = -INFINITY;
  for (int x = p; x < width; x += 32) m = fmaxf(m, row[x]);
  for (int step = 16; step > 0; step /= 2) m = fmaxf(m, __shfl_xor_sync(0xffffffff, m, step));
  float sum = 0;
  for (int x = p; x < width; x += 32) sum += expf(row[x] - m);
  for (int step = 16; step > 0; step /= 2) sum += __shfl_xor_sync(0xffffffff, sum, step);
  if (p < width) out[blockIdx.x * width + p] = expf(row[p] - m) / sum;
}

void launch(const float* a, float* out, int width, int height) {
  softmax<<<height, 32>>>(a, out, width);
}
