// A sparse matrix (CSR) times a vector, a warp for each row: a class template whose view the kernel gets, and a
// shuffle.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

/// Owns device memory; view() is what a kernel may have.
template <typename T>
class DeviceVector {
 public:
  explicit DeviceVector(const std::vector<T>& host) : size_(host.size()) {
    cudaMalloc(&data_, size_ * sizeof(T));
    cudaMemcpy(data_, host.data(), size_ * sizeof(T), cudaMemcpyHostToDevice);
  }
  DeviceVector(const DeviceVector&) = delete;
  DeviceVector& operator=(const DeviceVector&) = delete;
  ~DeviceVector() { cudaFree(data_); }
  T* data() { return data_; }
  std::vector<T> to_host() const {
    std::vector<T> host(size_);
    cudaMemcpy(host.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost);
    return host;
  }

 private:
  T* data_ = nullptr;
  size_t size_;
};

template <typename T>
struct MatrixView {
  int rows;
  const int *begin, *column;
  const T* value;
};

template <typename T>
__global__ void multiply(MatrixView<T> matrix, const T* __restrict__ x, T* __restrict__ y) {
  const int row = (blockIdx.x * blockDim.x + threadIdx.x) / warpSize, lane = threadIdx.x % warpSize;
  if (row >= matrix.rows) return;  // the whole warp
  T sum = 0;
  for (int i = matrix.begin[row] + lane; i < matrix.begin[row + 1]; i += warpSize)
    sum += matrix.value[i] * x[matrix.column[i]];
  for (int offset = warpSize / 2; offset > 0; offset /= 2) sum += __shfl_down_sync(0xffffffff, sum, offset);
  if (lane == 0) y[row] = sum;
}

int main() {
  const int rows = 21, columns = 90;
  std::vector<int> begin = {0}, column;
  std::vector<double> value, x(columns), y(rows, 0.0);
  for (int c = 0; c < columns; ++c) x[c] = c;
  for (int r = 0; r < rows; ++r) {
    for (int c = r; c < columns; c += r + 1) {
      column.push_back(c);
      value.push_back(r % 3 - 1);
    }
    begin.push_back(int(column.size()));
  }
  DeviceVector<int> d_begin(begin), d_column(column);
  DeviceVector<double> d_value(value), d_x(x), d_y(y);
  const MatrixView<double> matrix{rows, d_begin.data(), d_column.data(), d_value.data()};
  multiply<<<(rows + 3) / 4, 128>>>(matrix, d_x.data(), d_y.data());
  y = d_y.to_host();
  int wrong = 0;
  for (int r = 0; r < rows; ++r) {
    double sum = 0;
    for (int i = begin[r]; i < begin[r + 1]; ++i) sum += value[i] * x[column[i]];
    if (y[r] != sum) ++wrong;
  }
  printf("%d rows, %d wrong\n", rows, wrong);
  return 0;
}
