// M20: neighbouring threads are in different rows
__global__ void sumColumns(const float* a, float* columns, int width, int height) {
  int x = blockIdx.x * blockDim.x + threadIdx.x;
  if (x >= width) return;
  float sum = 0;
  for (int y = 0; y < height; ++y) sum += a[y * width + x];
  columns[x] = sum;
}

__global__ void sumRows(const float* a, float* parts, int width) {
  int y = threadIdx.x, p = blockIdx.x;
  float sum = 0;
  for (int x = p; x < width; x += 32) sum += a[y * width + x];
  parts[y * 32 + p] = sum;
}

void launch(const float* a, float* columns, float* parts, int width, int height) {
  sumColumns<<<(width + 127) / 128, 128>>>(a, columns, width, height);
  sumRows<<<32, height>>>(a, parts, width);
}
