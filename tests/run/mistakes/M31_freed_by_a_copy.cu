// Mistake: an object that owns memory is passed to a kernel, and the copy's destructor frees it.
// Correction: pass the pointer, or a class without a destructor.
#include <cuda_runtime.h>

class Buffer {
 public:
  explicit Buffer(int n) : n_(n) { cudaMalloc(&data_, n * sizeof(int)); }
  ~Buffer() { cudaFree(data_); }
  __device__ int& operator[](int i) { return data_[i]; }
  __device__ int size() const { return n_; }

 private:
  int* data_ = nullptr;
  int n_;
};

__global__ void fill(Buffer buffer) {
  if (threadIdx.x < buffer.size()) buffer[threadIdx.x] = threadIdx.x;
}

int main() {
  Buffer buffer(32);
  fill<<<1, 32>>>(buffer);
  cudaDeviceSynchronize();
  return 0;
}
