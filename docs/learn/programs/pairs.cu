// The threads that add in each step of two trees, of 8 threads. A digit is a thread that adds.
#include <cstdio>

__global__ void who_adds(char* near_first, char* far_first) {
  int t = threadIdx.x;
  for (int step = 0; step < 3; ++step) {
    int near = 1 << step, far = 4 >> step;
    near_first[8 * step + t] = t % (2 * near) == 0 ? '0' + t : '.';
    far_first[8 * step + t] = t < far ? '0' + t : '.';
  }
}

int main() {
  char *near_first, *far_first;
  cudaMallocManaged(&near_first, 3 * 8);
  cudaMallocManaged(&far_first, 3 * 8);
  who_adds<<<1, 8>>>(near_first, far_first);
  cudaDeviceSynchronize();
  printf("          near first              far first\n");
  for (int step = 0; step < 3; ++step)
    printf("step %d    %.8s distance %d     %.8s distance %d\n", step + 1, near_first + 8 * step,
           1 << step, far_first + 8 * step, 4 >> step);
  cudaFree(near_first);
  cudaFree(far_first);
  return 0;
}
