// M09: 10 is missing
__global__ void add10(const float* a, float* out) {
  int i = threadIdx.x;
  out[i] = a[i];
}

void launch(const float* a, float* out, int n) {
  add10<<<1, n>>>(a, out);
}
