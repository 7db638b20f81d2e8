// dense_direct.cu - the plain formula: one thread per output element, one loop over the sum.
//
// Every thread reads a whole row or column of W: out * in * n reads in all instead of one per weight. Correct for any
// size and easy to check; bound by the latency of those reads.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/dense/dense.h"

namespace gs::GS_TARGET {
namespace {

template <class T>
__global__ void forward(T* __restrict__ y, const T* __restrict__ x, const T* __restrict__ w, const T* __restrict__ bias,
                        Dense d) {
  for (std::int64_t at : grid_stride(std::int64_t(d.n) * d.out)) {
    const std::int64_t i = at / d.out, o = at % d.out;
    float sum = 0;
    for (std::int64_t j = 0; j < d.in; ++j) sum += widened(x[i * d.in + j]) * widened(w[o * d.in + j]);
    sum += widened(bias[o]);
    y[at] = rounded<T>(d.relu && sum <= 0 ? 0.0f : sum);
  }
}

template <class T>
__global__ void data_gradient(T* __restrict__ dx, const T* __restrict__ dy, const T* __restrict__ w,
                              const T* __restrict__ relu_output, Dense d) {
  for (std::int64_t at : grid_stride(std::int64_t(d.n) * d.in)) {
    const std::int64_t i = at / d.in, j = at % d.in;
    float sum = 0;
    for (std::int64_t o = 0; o < d.out; ++o) sum += widened(dy[i * d.out + o]) * widened(w[o * d.in + j]);
    dx[at] = rounded<T>(!relu_output ? sum : widened(relu_output[at]) <= 0 ? 0.0f : d.mask_scale * sum);
  }
}

template <class T>
__global__ void filter_gradient(float* __restrict__ dw, const T* __restrict__ x, const T* __restrict__ dy, Dense d) {
  for (std::int64_t at : grid_stride(std::int64_t(d.out) * d.in)) {
    const std::int64_t o = at / d.in, j = at % d.in;
    float sum = 0;
    for (std::int64_t i = 0; i < d.n; ++i) sum += widened(dy[i * d.out + o]) * widened(x[i * d.in + j]);
    dw[at] = sum;
  }
}

template <class T>
__global__ void bias_gradient(float* __restrict__ db, const T* __restrict__ dy, Dense d) {
  for (std::int64_t o : grid_stride(d.out)) {
    float sum = 0;
    for (std::int64_t i = 0; i < d.n; ++i) sum += widened(dy[i * d.out + o]);
    db[o] = sum;
  }
}

template <class T>
void dense_forward_direct(T* y, const T* x, const T* w, const T* bias, const Dense& d, void*, stream_t s) {
  launch_elementwise<forward<T>>(std::int64_t(d.n) * d.out, s, y, x, w, bias, d);
}

template <class T>
void dense_data_gradient_direct(T* dx, const T* dy, const T* w, const T* relu_output, const Dense& d, void*,
                                stream_t s) {
  launch_elementwise<data_gradient<T>>(std::int64_t(d.n) * d.in, s, dx, dy, w, relu_output, d);
}

template <class T>
void dense_weight_gradient_direct(float* dw, float* db, const T* x, const T* dy, const Dense& d, void*, stream_t s) {
  launch_elementwise<filter_gradient<T>>(std::int64_t(d.out) * d.in, s, dw, x, dy, d);
  launch_elementwise<bias_gradient<T>>(d.out, s, db, dy, d);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<DenseForward<T>>({.name = "direct", .rank = 1, .launch = &dense_forward_direct<T>});
  registry.add<DenseDataGradient<T>>({.name = "direct", .rank = 1, .launch = &dense_data_gradient_direct<T>});
  registry.add<DenseWeightGradient<T>>({.name = "direct", .rank = 1, .launch = &dense_weight_gradient_direct<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
