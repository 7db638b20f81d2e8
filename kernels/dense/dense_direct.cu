// dense_direct.cu - the formula as it stands: one thread per output element, one loop over the sum.
//
// Every thread reads a whole row of W or a column of it: out * in * n values in all instead of each once. Right for any
// size and easy to check; bound by the latency of those reads.
#include "kernels/common/kernel.h"
#include "kernels/dense/dense.h"

namespace gs::GS_TARGET {
namespace {

__global__ void forward(float* __restrict__ y, const float* __restrict__ x, const float* __restrict__ w,
                        const float* __restrict__ bias, Dense d) {
  for (std::int64_t at : grid_stride(std::int64_t(d.n) * d.out)) {
    const std::int64_t i = at / d.out, o = at % d.out;
    float sum = 0;
    for (std::int64_t j = 0; j < d.in; ++j) sum += x[i * d.in + j] * w[o * d.in + j];
    sum += bias[o];
    y[at] = d.relu && sum <= 0 ? 0.0f : sum;
  }
}

__global__ void data_gradient(float* __restrict__ dx, const float* __restrict__ dy, const float* __restrict__ w,
                              const float* __restrict__ relu_output, Dense d) {
  for (std::int64_t at : grid_stride(std::int64_t(d.n) * d.in)) {
    const std::int64_t i = at / d.in, j = at % d.in;
    float sum = 0;
    for (std::int64_t o = 0; o < d.out; ++o) sum += dy[i * d.out + o] * w[o * d.in + j];
    dx[at] = !relu_output ? sum : relu_output[at] <= 0 ? 0.0f : d.mask_scale * sum;
  }
}

__global__ void filter_gradient(float* __restrict__ dw, const float* __restrict__ x, const float* __restrict__ dy,
                                Dense d) {
  for (std::int64_t at : grid_stride(std::int64_t(d.out) * d.in)) {
    const std::int64_t o = at / d.in, j = at % d.in;
    float sum = 0;
    for (std::int64_t i = 0; i < d.n; ++i) sum += dy[i * d.out + o] * x[i * d.in + j];
    dw[at] = sum;
  }
}

__global__ void bias_gradient(float* __restrict__ db, const float* __restrict__ dy, Dense d) {
  for (std::int64_t o : grid_stride(d.out)) {
    float sum = 0;
    for (std::int64_t i = 0; i < d.n; ++i) sum += dy[i * d.out + o];
    db[o] = sum;
  }
}

}  // namespace

void dense_forward_direct(float* y, const float* x, const float* w, const float* bias, const Dense& d, void*,
                          stream_t s) {
  launch_elementwise<forward>(std::int64_t(d.n) * d.out, s, y, x, w, bias, d);
}

void dense_data_gradient_direct(float* dx, const float* dy, const float* w, const float* relu_output, const Dense& d,
                                void*, stream_t s) {
  launch_elementwise<data_gradient>(std::int64_t(d.n) * d.in, s, dx, dy, w, relu_output, d);
}

void dense_filter_gradient_direct(float* dw, float* db, const float* x, const float* dy, const Dense& d, void*,
                                  stream_t s) {
  launch_elementwise<filter_gradient>(std::int64_t(d.out) * d.in, s, dw, x, dy, d);
  launch_elementwise<bias_gradient>(d.out, s, db, dy, d);
}

}  // namespace gs::GS_TARGET
