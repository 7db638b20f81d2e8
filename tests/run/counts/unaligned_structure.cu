// Each lane copies a structure of 4 words whose type promises only an alignment of 4 bytes. 1 warp.
// written: g++ reads it at once: 1 request of 16 bytes, 16 sectors, ideal 16
// fused, as a guess: the same; nvcc makes 4 requests of 4 bytes: 16 sectors each, 64, where 4 each would do: 16
// requests 1 / 1 / 4, sectors 16 / 16 / 64, ideal 16 / 16 / 16
struct Particle { float x, y, z, mass; };

__global__ void sums(float* out, const Particle* in) {
  int t = threadIdx.x;
  Particle p = in[t];  // counted
  out[t] = p.x + p.y * p.z + p.mass;
}

int main() {
  float* out;
  Particle* in;
  cudaMalloc(&out, 128);
  cudaMalloc(&in, 512);
  cudaMemset(in, 0, 512);
  sums<<<1, 32>>>(out, in);
}
