// M03: the last thread reads past the end
__global__ void add10(const float* a, float* out) {
  int i = threadIdx.x;
  out[i] = a[i + 1] + 10;
}

void launch(const float* a, float* out, int n) {
  add10<<<1, n>>>(a, out);
}
