// Classes with methods for host and device: fractions with operators, reduced by the GPU and checked by the same code.
#include <cuda_runtime.h>

#include <cstdio>

class Fraction {
 public:
  Fraction() = default;
  __host__ __device__ Fraction(int numerator, int denominator) : numerator_(numerator), denominator_(denominator) {
    int a = numerator, b = denominator;
    while (b != 0) {
      int rest = a % b;
      a = b;
      b = rest;
    }
    numerator_ /= a;
    denominator_ /= a;
  }
  __host__ __device__ int numerator() const { return numerator_; }
  __host__ __device__ int denominator() const { return denominator_; }
  __host__ __device__ Fraction operator+(const Fraction& other) const {
    return Fraction(numerator_ * other.denominator_ + other.numerator_ * denominator_,
                    denominator_ * other.denominator_);
  }
  __host__ __device__ Fraction& operator*=(const Fraction& other) {
    return *this = Fraction(numerator_ * other.numerator_, denominator_ * other.denominator_);
  }

 private:
  int numerator_ = 0, denominator_ = 1;
};

// 1/(1*2) + 1/(2*3) + ... + 1/(i*(i+1)) is i/(i+1).
__global__ void partial_sums(Fraction* sums, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  Fraction sum;
  for (int k = 1; k <= i; ++k) sum = sum + Fraction(1, k * (k + 1));
  sum *= Fraction(2, 1);
  sums[i] = sum;
}

int main() {
  const int n = 60;
  Fraction* sums;
  cudaMallocManaged(&sums, n * sizeof(Fraction));
  partial_sums<<<2, 32>>>(sums, n);
  cudaDeviceSynchronize();
  for (int i = 0; i < n; ++i) {
    const Fraction expected(2 * i, i + 1);
    if (sums[i].numerator() != expected.numerator() || sums[i].denominator() != expected.denominator()) {
      printf("sum %d is %d/%d, should be %d/%d\n", i, sums[i].numerator(), sums[i].denominator(), expected.numerator(),
             expected.denominator());
      return 1;
    }
  }
  printf("the last is %d/%d\nright\n", sums[n - 1].numerator(), sums[n - 1].denominator());
  cudaFree(sums);
  return 0;
}
