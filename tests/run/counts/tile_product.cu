// A tile of 16 x 16, 16 steps; 8 warps of 2 rows. as[ty][k]: 2 different words a request; bs[k][tx]: 16.
// written: 8 warps x 16 steps x 2 = 256 requests, no conflicts (rows of as are 16 words apart: two banks)
// fused: as[ty][k] four steps at a time: 8 x 4 = 32 requests; bs is not neighbouring: 8 x 16 = 128. In all 160
// shared_requests 256 / 160, bank_conflicts 0 / 0
__global__ void product(float* out) {
  __shared__ float as[16][16], bs[16][16];
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
