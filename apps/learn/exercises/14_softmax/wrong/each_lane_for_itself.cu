// gate: each element is loaded for every other one
__global__ void softmax(const float* a, float* out, int width) {
  const float* row = a + blockIdx.x * width;
  int p = threadIdx.x;
  for (int x = p; x < width; x += 32) {
    float m = -INFINITY, sum = 0;
    for (int j = 0; j < width; ++j) m = fmaxf(m, row[j]);
    for (int j = 0; j < width; ++j) sum += expf(row[j] - m);
    out[blockIdx.x * width + x] = expf(row[x] - m) / sum;
  }
}

void launch(const float* a, float* out, int width, int height) {
  softmax<<<height, 32>>>(a, out, width);
}
