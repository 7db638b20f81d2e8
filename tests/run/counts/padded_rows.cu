// As tile_product.cu, but the rows have 17 words: where a row begins the compiler knows no alignment.
// written: 8 warps x 16 steps x 2 = 256 requests; as[ty][k] of two rows: banks 17 apart, no conflict; bs[k][tx]: none
// fused: the same
// shared_requests 256 / 256, bank_conflicts 0 / 0
__global__ void product(float* out) {
  __shared__ float as[16][17], bs[16][17];
  int tx = threadIdx.x, ty = threadIdx.y;
  as[ty][tx] = tx, bs[ty][tx] = ty;
  __syncthreads();
  float sum = 0;
  for (int k = 0; k < 16; ++k)
    sum += as[ty][k] * bs[k][tx];  // counted
  out[ty * 16 + tx] = sum;
}

int main() {
  float* out;
  cudaMalloc(&out, 1024);
  product<<<1, dim3(16, 16)>>>(out);
}
