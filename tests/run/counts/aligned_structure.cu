// Each lane reads two members of a structure that is aligned to 16 bytes. 1 warp.
// written: 2 requests; lanes are 16 bytes apart: 32 x 16 bytes, 16 sectors each: 32, where 4 each would do: 8
// fused: 1 request of 8 bytes that touches the same 16 sectors, where 8 would hold its 256 bytes
// requests 2 / 1, sectors 32 / 16, ideal 8 / 8
struct alignas(16) Particle { float x, y, z, mass; };

__global__ void sums(float* out, const Particle* in) {
  int t = threadIdx.x;
  float sum = in[t].x + in[t].y;  // counted
  out[t] = sum;
}

int main() {
  float* out;
  Particle* in;
  cudaMalloc(&out, 128);
  cudaMalloc(&in, 512);
  cudaMemset(in, 0, 512);
  sums<<<1, 32>>>(out, in);
}
