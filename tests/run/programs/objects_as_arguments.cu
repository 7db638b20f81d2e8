// Objects as arguments: the host copies each once for a launch and destroys the copy; all threads get the same bytes,
// and what a thread changes in them is its own.
#include <cuda_runtime.h>

#include <cstdio>

int copies = 0, destroyed = 0;

class Line {
 public:
  Line(float slope, float offset) : slope_(slope), offset_(offset) {}
  Line(const Line& other) : slope_(other.slope_), offset_(other.offset_) { ++copies; }
  ~Line() { ++destroyed; }
  __host__ __device__ float operator()(float x) const { return slope_ * x + offset_; }
  __device__ void move_by(float offset) { offset_ += offset; }

 private:
  float slope_, offset_;
};

__global__ void evaluate(Line line, float* out) {
  line.move_by(threadIdx.x);
  out[threadIdx.x] = line(10);
}

int main() {
  float host[32], *out;
  cudaMalloc(&out, sizeof host);
  Line line(2, 1);
  evaluate<<<1, 32>>>(line, out);
  cudaMemcpy(host, out, sizeof host, cudaMemcpyDeviceToHost);
  for (int i = 0; i < 32; ++i)
    if (host[i] != 21 + i) printf("element %d is %g, should be %d\n", i, host[i], 21 + i);
  printf("every copy is destroyed: %s\n", copies > 0 && copies == destroyed ? "yes" : "no");
  printf("fewer copies than threads: %s\n", copies < 32 ? "yes" : "no");
  cudaFree(out);
  return 0;
}
