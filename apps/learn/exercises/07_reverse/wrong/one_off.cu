// M04: the index of the last thread is -1
__global__ void reverse(float* a, int n) {
  __shared__ float tile[256];
  int t = threadIdx.x;
  int first = blockIdx.x * 256;
  int count = min(256, n - first);
  if (t < count) tile[t] = a[first + t];
  __syncthreads();
  if (t < count) a[first + t] = tile[count - 2 - t];
}

void launch(float* a, int n) {
  reverse<<<(n + 255) / 256, 256>>>(a, n);
}
