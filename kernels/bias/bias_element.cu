// bias_element.cu - bias, ReLU and their gradients, one thread per element (the bias gradient: per column).
//
//   y[i,j] = act( y[i,j] + b[j] )     2 values moved per element, one addition: bound by memory
//   dx[i,j] = 0 where y[i,j] <= 0, else scale dx[i,j]    3 values moved per element
//   db[j] = sum_i dy[i,j]             1 value moved per element; only `columns` threads work, one per sum
#include "kernels/bias/bias.h"
#include "kernels/bias/bias_launchers.h"
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"

namespace gs::GS_TARGET {
namespace {

template <class T>
__global__ void add_bias(T* __restrict__ y, const T* __restrict__ bias, Rows problem) {
  for (std::int64_t i : grid_stride(problem.rows * problem.columns)) {
    const float value = widened(y[i]) + widened(bias[i % problem.columns]);
    y[i] = rounded<T>(problem.relu && value <= 0 ? 0.0f : value);
  }
}

template <class T>
__global__ void stop_gradient(T* __restrict__ dx, const T* __restrict__ y, std::int64_t n, float scale) {
  for (std::int64_t i : grid_stride(n)) dx[i] = rounded<T>(widened(y[i]) <= 0 ? 0.0f : scale * widened(dx[i]));
}

template <class T>
__global__ void sum_column(float* __restrict__ db, const T* __restrict__ dy, Rows problem) {
  for (std::int64_t column : grid_stride(problem.columns)) {
    float sum = 0;
    for (std::int64_t row = 0; row < problem.rows; ++row) sum += widened(dy[row * problem.columns + column]);
    db[column] = sum;
  }
}

template <class T>
void run_activation(T* y, const T* bias, const Rows& problem, void*, stream_t stream) {
  launch_elementwise<add_bias<T>>(problem.rows * problem.columns, stream, y, bias, problem);
}

template <class T>
void run_relu_gradient(T* dx, const T* y, const Rows& problem, void*, stream_t stream) {
  const std::int64_t n = problem.rows * problem.columns;
  launch_elementwise<stop_gradient<T>>(n, stream, dx, y, n, problem.scale);
}

}  // namespace

template <class T>
void bias_gradient_column(float* db, const T* dy, const Rows& problem, void*, stream_t stream) {
  launch_elementwise<sum_column<T>>(problem.columns, stream, db, dy, problem);
}

template BiasGradient<float>::Launch bias_gradient_column;
template BiasGradient<bf16>::Launch bias_gradient_column;

namespace {

template <class T>
void add_variants(Registry& registry) {
  registry.add<BiasActivation<T>>({.name = "element", .rank = 1, .launch = &run_activation<T>});
  registry.add<BiasGradient<T>>({.name = "column", .rank = 1, .launch = &bias_gradient_column<T>});
  registry.add<ReluGradient<T>>({.name = "element", .rank = 1, .launch = &run_relu_gradient<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
