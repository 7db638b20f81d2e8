#include <cstdio>

// A rod of 128 points. In each step every point takes the mean of itself and of its right neighbour.
__global__ void cool(float* rod, int steps) {
  __shared__ float s[128];
  int t = threadIdx.x;
  float mine = rod[t];
  for (int step = 0; step < steps; ++step) {
    s[t] = mine;
    __syncthreads();
    if (t < 127) {
      float right = s[t + 1];
      mine = (mine + right) / 2;
    }
  }
  rod[t] = mine;
}

int main() {
  float* rod;
  cudaMallocManaged(&rod, 128 * sizeof(float));
  for (int i = 0; i < 128; ++i) rod[i] = 2 * i;
  cool<<<1, 128>>>(rod, 4);
  cudaDeviceSynchronize();
  printf("rod[31] is %g, should be 66\n", rod[31]);
  cudaFree(rod);
  return 0;
}
