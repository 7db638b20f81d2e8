// bias_element.cu - bias, ReLU and their gradients, one thread per element (the bias gradient: per column).
//
//   y[i,j] = act( y[i,j] + b[j] )     8 bytes moved per element, one addition: bound by memory
//   dx[i,j] = 0 where y[i,j] <= 0, else scale dx[i,j]    12 bytes moved per element
//   db[j] = sum_i dy[i,j]             4 bytes moved per element; only `columns` threads work, each alone on its sum
#include "kernels/bias/bias.h"
#include "kernels/common/kernel.h"

namespace gs::GS_TARGET {
namespace {

__global__ void add_bias(float* __restrict__ y, const float* __restrict__ bias, Rows problem) {
  for (std::int64_t i : grid_stride(problem.rows * problem.columns)) {
    const float value = y[i] + bias[i % problem.columns];
    y[i] = problem.relu && value <= 0 ? 0.0f : value;
  }
}

__global__ void stop_gradient(float* __restrict__ dx, const float* __restrict__ y, std::int64_t n, float scale) {
  for (std::int64_t i : grid_stride(n)) dx[i] = y[i] <= 0 ? 0.0f : scale * dx[i];
}

__global__ void sum_column(float* __restrict__ db, const float* __restrict__ dy, Rows problem) {
  for (std::int64_t column : grid_stride(problem.columns)) {
    float sum = 0;
    for (std::int64_t row = 0; row < problem.rows; ++row) sum += dy[row * problem.columns + column];
    db[column] = sum;
  }
}

}  // namespace

void bias_activation_element(float* y, const float* bias, const Rows& problem, void*, stream_t stream) {
  launch_elementwise<add_bias>(problem.rows * problem.columns, stream, y, bias, problem);
}

void relu_gradient_element(float* dx, const float* y, const Rows& problem, void*, stream_t stream) {
  const std::int64_t n = problem.rows * problem.columns;
  launch_elementwise<stop_gradient>(n, stream, dx, y, n, problem.scale);
}

void bias_gradient_column(float* db, const float* dy, const Rows& problem, void*, stream_t stream) {
  launch_elementwise<sum_column>(problem.columns, stream, db, dy, problem);
}

}  // namespace gs::GS_TARGET
