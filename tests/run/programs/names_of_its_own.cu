// Names that a library might have, too: a kernel called reduce beside std::reduce, globals called launch and target.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

using namespace std;

int launch = 1, target = 2;
struct Configuration {
  int n;
};
namespace detail {
int factor = 3;
}

__global__ void reduce(const float* a, float* out, int n) {
  float sum = 0;
  for (int i = 0; i < n; ++i) sum += a[i];
  out[0] = min(sum, 100.0f);
}

int main() {
  const Configuration configuration{4};
  const vector<float> in = {1, 2, 3, 4};
  float sum = 0, *d_in, *d_sum;
  cudaMalloc(&d_in, in.size() * sizeof(float));
  cudaMalloc(&d_sum, sizeof sum);
  cudaMemcpy(d_in, in.data(), in.size() * sizeof(float), cudaMemcpyHostToDevice);
  reduce<<<1, 1>>>(d_in, d_sum, configuration.n);
  cudaMemcpy(&sum, d_sum, sizeof sum, cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_sum);
  printf("%g %d\n", sum, launch + target + detail::factor);
  return 0;
}
