__global__ void reverse(float* a, int n) {
  __shared__ float tile[256];
  int t = threadIdx.x;
  int first = blockIdx.x * 256;       // of this block
  int count = min(256, n - first);    // the last block may have fewer
//! start
  // YOUR TURN: a -> tile, wait, tile -> a
//! solution
  if (t < count) tile[t] = a[first + t];
  __syncthreads();
  if (t < count) a[first + t] = tile[count - 1 - t];
//! both
}

void launch(float* a, int n) {
  reverse<<<(n + 255) / 256, 256>>>(a, n);
}
