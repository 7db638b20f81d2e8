// gate: each element is loaded nine times
__global__ void average(const float* a, float* out, int n) {
  __shared__ float tile[4 + 128 + 4];
  int t = threadIdx.x;
  int i = blockIdx.x * 128 + t;
  if (i < n) {
    float sum = 0;
    for (int j = i - 4; j <= i + 4; ++j)
      if (j >= 0 && j < n) sum += a[j];
    out[i] = sum / 9;
  }
}

void launch(const float* a, float* out, int n) {
  average<<<(n + 127) / 128, 128>>>(a, out, n);
}
