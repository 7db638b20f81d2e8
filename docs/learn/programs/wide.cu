// Each of 32 lanes reads 4 neighbouring numbers of shared memory: one by one, or all at once.
__global__ void one_by_one(float* out) {
  __shared__ float s[128];
  int lane = threadIdx.x;
  for (int k = 0; k < 4; ++k) s[32 * k + lane] = lane;
  __syncthreads();
  float sum = 0;
  for (int k = 0; k < 4; ++k)
    sum += s[4 * lane + k];
  out[lane] = sum;
}

__global__ void all_at_once(float* out) {
  __shared__ float4 s[32];
  int lane = threadIdx.x;
  s[lane] = float4{1, 2, 3, 4};
  __syncthreads();
  float4 v = s[lane];
  out[lane] = v.x + v.y + v.z + v.w;
}

int main() {
  float* out;
  cudaMallocManaged(&out, 32 * sizeof(float));
  one_by_one<<<1, 32>>>(out);
  all_at_once<<<1, 32>>>(out);
  cudaDeviceSynchronize();
  cudaFree(out);
  return 0;
}
