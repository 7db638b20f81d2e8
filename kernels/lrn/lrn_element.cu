// lrn_element.cu - one thread per element; its window of channels comes from the cache.
//
// Forward moves three values per element (scale is fp32), backward five, with one power and about four operations per
// channel of the window: bound by memory on a GPU, by the power function on a CPU.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/lrn/lrn.h"

namespace gs::GS_TARGET {
namespace {

/// A channel's window: channels first .. last, inclusive.
struct Window {
  int first, last;
};

__device__ inline Window window_of(int i, const Lrn& p) {
  const int half = p.window / 2;
  return {i > half ? i - half : 0, i + half < p.c ? i + half : p.c - 1};
}

template <class T>
__global__ void forward(T* __restrict__ y, float* __restrict__ scale, const T* __restrict__ x, Lrn p) {
  for (std::int64_t at : grid_stride(p.size())) {
    const int i = int(at % p.c);
    const T* pixel = x + (at - i);
    const Window w = window_of(i, p);
    float squares = 0;
    for (int j = w.first; j <= w.last; ++j) squares += widened(pixel[j]) * widened(pixel[j]);
    const float s = p.k + p.alpha * squares;
    scale[at] = s;
    y[at] = rounded<T>(widened(pixel[i]) * powf(s, -p.beta));
  }
}

template <class T>
__global__ void backward(T* __restrict__ dx, const T* __restrict__ dy, const T* __restrict__ x, const T* __restrict__ y,
                         const float* __restrict__ scale, const T* __restrict__ relu_output, Lrn p) {
  for (std::int64_t at : grid_stride(p.size())) {
    const int i = int(at % p.c);
    const std::int64_t pixel = at - i;
    const Window w = window_of(i, p);
    float others = 0;
    for (int j = w.first; j <= w.last; ++j) others += widened(dy[pixel + j]) * widened(y[pixel + j]) / scale[pixel + j];
    const float gradient = widened(dy[at]) * powf(scale[at], -p.beta) - 2 * p.alpha * p.beta * widened(x[at]) * others;
    dx[at] = rounded<T>(relu_output && widened(relu_output[at]) <= 0 ? 0.0f : gradient);
  }
}

template <class T>
void run_forward(T* y, float* scale, const T* x, const Lrn& p, void*, stream_t stream) {
  launch_elementwise<forward<T>>(p.size(), stream, y, scale, x, p);
}

template <class T>
void run_backward(T* dx, const T* dy, const T* x, const T* y, const float* scale, const T* relu_output, const Lrn& p,
                  void*, stream_t stream) {
  launch_elementwise<backward<T>>(p.size(), stream, dx, dy, x, y, scale, relu_output, p);
}

bool window_is_odd(const Lrn& p) {
  return p.window % 2 == 1;
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<LrnForward<T>>({.name = "element", .rank = 1, .launch = &run_forward<T>, .supports = &window_is_odd});
  registry.add<LrnBackward<T>>({.name = "element", .rank = 1, .launch = &run_backward<T>, .supports = &window_is_odd});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
