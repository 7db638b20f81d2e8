// M08: all threads write one element
__global__ void add10(const float* a, float* out) {
  int i = threadIdx.x;
  out[0] = a[i] + 10;
}

void launch(const float* a, float* out, int n) {
  add10<<<1, n>>>(a, out);
}
