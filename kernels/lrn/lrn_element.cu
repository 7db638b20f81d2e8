// lrn_element.cu - one thread per element; its window of channels comes from the cache.
//
// Forward moves two values per element, backward three, which is the least; but backward computes the scale and the
// power of each channel of its window again, so that the power function bounds it: for any window and power.
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
__device__ inline float scale_of(const T* pixel, int i, const Lrn& p) {
  const Window w = window_of(i, p);
  float squares = 0;
  for (int j = w.first; j <= w.last; ++j) squares += widened(pixel[j]) * widened(pixel[j]);
  return p.k + p.alpha * squares;
}

template <class T>
__global__ void forward(T* __restrict__ y, const T* __restrict__ x, Lrn p) {
  for (std::int64_t at : grid_stride(p.size())) {
    const int i = int(at % p.c);
    y[at] = rounded<T>(widened(x[at]) * powf(scale_of(x + (at - i), i, p), -p.beta));
  }
}

template <class T>
__global__ void backward(T* __restrict__ dx, const T* __restrict__ dy, const T* __restrict__ x,
                         const T* __restrict__ relu_output, Lrn p) {
  for (std::int64_t at : grid_stride(p.size())) {
    const int i = int(at % p.c);
    const std::int64_t pixel = at - i;
    const Window w = window_of(i, p);
    float own = 0, others = 0;
    for (int j = w.first; j <= w.last; ++j) {
      const float scale = scale_of(x + pixel, j, p), power = powf(scale, -p.beta);
      const T y = rounded<T>(widened(x[pixel + j]) * power);
      others += widened(dy[pixel + j]) * widened(y) / scale;
      if (j == i) own = widened(dy[at]) * power;
    }
    const float gradient = own - 2 * p.alpha * p.beta * widened(x[at]) * others;
    dx[at] = rounded<T>(relu_output && widened(relu_output[at]) <= 0 ? 0.0f : gradient);
  }
}

template <class T>
void run_forward(T* y, const T* x, const Lrn& p, void*, stream_t stream) {
  launch_elementwise<forward<T>>(p.size(), stream, y, x, p);
}

template <class T>
void run_backward(T* dx, const T* dy, const T* x, const T* relu_output, const Lrn& p, void*, stream_t stream) {
  launch_elementwise<backward<T>>(p.size(), stream, dx, dy, x, relu_output, p);
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
