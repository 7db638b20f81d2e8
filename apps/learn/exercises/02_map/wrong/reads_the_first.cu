// M09: all threads read one element
__global__ void add10(const float* a, float* out) {
  int i = threadIdx.x;
  out[i] = a[0] + 10;
}

void launch(const float* a, float* out, int n) {
  add10<<<1, n>>>(a, out);
}
