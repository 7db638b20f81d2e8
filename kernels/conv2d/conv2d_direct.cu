// conv2d_direct.cu - the plain formula: one thread per output element, loops over the window and the channels.
//
// Every input value is read r*s*k times, mostly from the caches; nothing is shared explicitly. Correct for any size,
// stride and padding, and easy to check; bound by the latency of its reads.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/conv2d/conv2d_launchers.h"

namespace gs::GS_TARGET {
namespace {

template <class T>
__global__ void forward(T* __restrict__ y, const T* __restrict__ x, const T* __restrict__ w, const T* __restrict__ bias,
                        Conv2d d) {
  const int P = d.p(), Q = d.q();
  const int channels = d.group_c();
  for (std::int64_t at : grid_stride(d.y_size())) {
    const int k = int(at % d.k), q = int(at / d.k % Q), p = int(at / d.k / Q % P);
    const std::int64_t n = at / d.k / Q / P;
    float sum = 0;
    for (int r = 0; r < d.r; ++r)
      for (int s = 0; s < d.s; ++s) {
        const int row = p * d.stride - d.pad + r, column = q * d.stride - d.pad + s;
        if (row < 0 || row >= d.h || column < 0 || column >= d.w) continue;
        const T* pixel = x + ((n * d.h + row) * d.w + column) * d.c + k / d.group_k() * channels;
        const T* filter = w + ((std::int64_t(k) * d.r + r) * d.s + s) * channels;
        for (int c = 0; c < channels; ++c) sum += widened(pixel[c]) * widened(filter[c]);
      }
    sum += widened(bias[k]);
    y[at] = rounded<T>(d.relu && sum <= 0 ? 0.0f : sum);
  }
}

template <class T>
__global__ void data_gradient(T* __restrict__ dx, const T* __restrict__ dy, const T* __restrict__ w,
                              const T* __restrict__ relu_output, Conv2d d) {
  const int P = d.p(), Q = d.q();
  const int channels = d.group_c(), filters = d.group_k();
  for (std::int64_t at : grid_stride(d.x_size())) {
    const int channel = int(at % d.c), c = channel % channels, first = channel / channels * filters;
    const int column = int(at / d.c % d.w), row = int(at / d.c / d.w % d.h);
    const std::int64_t n = at / d.c / d.w / d.h;
    float sum = 0;
    for (int r = 0; r < d.r; ++r)
      for (int s = 0; s < d.s; ++s) {
        const int p = row + d.pad - r, q = column + d.pad - s;  // times the stride
        if (p < 0 || q < 0 || p % d.stride != 0 || q % d.stride != 0 || p / d.stride >= P || q / d.stride >= Q)
          continue;
        const T* gradient = dy + ((n * P + p / d.stride) * Q + q / d.stride) * d.k;
        for (int k = first; k < first + filters; ++k)
          sum += widened(gradient[k]) * widened(w[((std::int64_t(k) * d.r + r) * d.s + s) * channels + c]);
      }
    dx[at] = rounded<T>(relu_output && widened(relu_output[at]) <= 0 ? 0.0f : sum);
  }
}

template <class T>
__global__ void filter_gradient(float* __restrict__ dw, const T* __restrict__ x, const T* __restrict__ dy, Conv2d d) {
  const int P = d.p(), Q = d.q();
  const int channels = d.group_c();
  for (std::int64_t at : grid_stride(d.w_size())) {
    const int c = int(at % channels), s = int(at / channels % d.s), r = int(at / channels / d.s % d.r);
    const std::int64_t k = at / channels / d.s / d.r, channel = k / d.group_k() * channels + c;
    float sum = 0;
    for (std::int64_t n = 0; n < d.n; ++n)
      for (int p = 0; p < P; ++p) {
        const int row = p * d.stride - d.pad + r;
        if (row < 0 || row >= d.h) continue;
        for (int q = 0; q < Q; ++q) {
          const int column = q * d.stride - d.pad + s;
          if (column < 0 || column >= d.w) continue;
          sum += widened(dy[((n * P + p) * Q + q) * d.k + k]) *
                 widened(x[((n * d.h + row) * d.w + column) * d.c + channel]);
        }
      }
    dw[at] = sum;
  }
}

template <class T>
__global__ void bias_gradient(float* __restrict__ db, const T* __restrict__ dy, Conv2d d) {
  const std::int64_t rows = d.y_size() / d.k;
  for (std::int64_t k : grid_stride(d.k)) {
    float sum = 0;
    for (std::int64_t i = 0; i < rows; ++i) sum += widened(dy[i * d.k + k]);
    db[k] = sum;
  }
}

}  // namespace

template <class T>
void conv2d_forward_direct(T* y, const T* x, const T* w, const T* bias, const Conv2d& d, void*, stream_t s) {
  launch_elementwise<forward<T>>(d.y_size(), s, y, x, w, bias, d);
}

template <class T>
void conv2d_data_gradient_direct(T* dx, const T* dy, const T* w, const T* relu_output, const Conv2d& d, void*,
                                 stream_t s) {
  launch_elementwise<data_gradient<T>>(d.x_size(), s, dx, dy, w, relu_output, d);
}

template <class T>
void conv2d_filter_gradient_direct(float* dw, float* db, const T* x, const T* dy, const Conv2d& d, void*, stream_t s) {
  launch_elementwise<filter_gradient<T>>(d.w_size(), s, dw, x, dy, d);
  launch_elementwise<bias_gradient<T>>(d.k, s, db, dy, d);
}

template Conv2dForward<float>::Launch conv2d_forward_direct;
template Conv2dDataGradient<float>::Launch conv2d_data_gradient_direct;
template Conv2dFilterGradient<float>::Launch conv2d_filter_gradient_direct;

namespace {

template <class T>
void add_variants(Registry& registry) {
  registry.add<Conv2dForward<T>>({.name = "direct", .rank = 1, .launch = &conv2d_forward_direct<T>});
  registry.add<Conv2dDataGradient<T>>({.name = "direct", .rank = 1, .launch = &conv2d_data_gradient_direct<T>});
  registry.add<Conv2dFilterGradient<T>>({.name = "direct", .rank = 1, .launch = &conv2d_filter_gradient_direct<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
