// A row of 33 words for each of 8 warps, whose lanes all read it word by word. Rows begin at words 0, 33, 66, ...: where in
// 16 bytes a row begins, the compiler does not know.
// written: 8 warps x 32 steps: 256 requests of one word, no conflicts
// fused: the same, though a row that begins at a multiple of 4 words could be read in 8 requests
// shared_requests 256 / 256, bank_conflicts 0 / 0
__global__ void sums(float* out) {
  __shared__ float rows[8][33];
  int x = threadIdx.x, y = threadIdx.y;
  rows[y][x] = x;
  __syncthreads();
  float sum = 0;
  for (int k = 0; k < 32; ++k)
    sum += rows[y][k];  // counted
  out[y * 32 + x] = sum;
}

int main() {
  float* out;
  cudaMalloc(&out, 1024);
  sums<<<1, dim3(32, 8)>>>(out);
}
