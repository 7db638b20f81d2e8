// The Mandelbrot set as text: a thread per character, with a small class for complex numbers.
#include <cuda_runtime.h>

#include <cstdio>

struct Complex {
  double re, im;
  __device__ double norm() const { return re * re + im * im; }
  __device__ Complex operator*(const Complex& b) const { return {re * b.re - im * b.im, im * b.re + re * b.im}; }
  __device__ Complex operator+(const Complex& b) const { return {re + b.re, im + b.im}; }
};

__device__ int steps_to_escape(Complex c, int limit) {
  Complex z = {0.0, 0.0};
  for (int step = 0; step < limit; ++step) {
    z = z * z + c;
    if (z.norm() > 4.0) return step;
  }
  return limit;
}

__global__ void mandelbrot(char* picture, int width, int height) {
  const int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= width || y >= height) return;
  const Complex c = {-2.03 + 0.0625 * x, -1.03 + 0.125 * y};
  const int limit = 20, steps = steps_to_escape(c, limit);
  picture[y * width + x] = steps == limit ? '#' : steps >= 6 ? '+' : steps >= 3 ? '.' : ' ';
}

int main() {
  const int width = 44, height = 17;
  char* device;
  cudaMalloc(&device, width * height);
  mandelbrot<<<dim3((width + 15) / 16, (height + 7) / 8), dim3(16, 8)>>>(device, width, height);
  char picture[width * height];
  cudaMemcpy(picture, device, sizeof picture, cudaMemcpyDeviceToHost);
  cudaFree(device);
  for (int y = 0; y < height; ++y) printf("|%.*s|\n", width, picture + y * width);
  return 0;
}
