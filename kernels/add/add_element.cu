// add_element.cu - residual addition and the gradient of its shortcut, one thread per element of y or dskip.
//
// Up to two values in and one out per element, one addition: bound by memory. Equal shapes need no index
// arithmetic, so on a CPU they are one vector loop; else indices are 32 bits wide if the tensor is small enough.
#include "kernels/add/add.h"
#include "kernels/common/kernel.h"
#include "kernels/common/nhwc.h"
#include "kernels/common/registration.h"

namespace gs::GS_TARGET {
namespace {

template <class T>
__global__ void add_same(T* __restrict__ y, const T* __restrict__ a, const T* __restrict__ skip, Add p) {
  for (std::int64_t i : grid_stride(p.size())) {
    const float sum = widened(a[i]) + widened(skip[i]);
    y[i] = rounded<T>(p.relu && sum <= 0 ? 0.0f : sum);
  }
}

template <class Index, class T>
__global__ void add_shortcut(T* __restrict__ y, const T* __restrict__ a, const T* __restrict__ skip, Add p) {
  for (std::int64_t i : grid_stride(p.size())) {
    const NhwcPlace at = nhwc_place(Index(i), p.h, p.w, p.c);
    const int channel = at.channel - p.before();
    float sum = widened(a[i]);
    if (channel >= 0 && channel < p.skip_c)
      sum += widened(skip[nhwc_offset(at.n, at.row * p.skip_stride, at.column * p.skip_stride, channel, p.skip_h,
                                      p.skip_w, p.skip_c)]);
    y[i] = rounded<T>(p.relu && sum <= 0 ? 0.0f : sum);
  }
}

template <class Index, class T>
__global__ void backward_shortcut(T* __restrict__ dskip, const T* __restrict__ dy, const T* __restrict__ relu_output,
                                  Add p) {
  for (std::int64_t i : grid_stride(p.skip_size())) {
    const NhwcPlace at = nhwc_place(Index(i), p.skip_h, p.skip_w, p.skip_c);
    const int row = at.row / p.skip_stride, column = at.column / p.skip_stride;
    const bool read = row * p.skip_stride == at.row && column * p.skip_stride == at.column && row < p.h && column < p.w;
    const bool stopped = relu_output && widened(relu_output[i]) <= 0;
    dskip[i] = !read || stopped ? rounded<T>(0.0f)
                                : dy[nhwc_offset(at.n, row, column, at.channel + p.before(), p.h, p.w, p.c)];
  }
}

template <class T>
void run_forward(T* y, const T* a, const T* skip, const Add& p, void*, stream_t stream) {
  if (p.same_shapes())
    launch_elementwise<add_same<T>>(p.size(), stream, y, a, skip, p);
  else if (fits_32_bits(p.size()))
    launch_elementwise<add_shortcut<std::uint32_t, T>>(p.size(), stream, y, a, skip, p);
  else
    launch_elementwise<add_shortcut<std::int64_t, T>>(p.size(), stream, y, a, skip, p);
}

template <class T>
void run_backward(T* dskip, const T* dy, const T* relu_output, const Add& p, void*, stream_t stream) {
  if (fits_32_bits(p.skip_size()))
    launch_elementwise<backward_shortcut<std::uint32_t, T>>(p.skip_size(), stream, dskip, dy, relu_output, p);
  else
    launch_elementwise<backward_shortcut<std::int64_t, T>>(p.skip_size(), stream, dskip, dy, relu_output, p);
}

bool shortcut_fits(const Add& p) {
  return p.fits();
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<AddForward<T>>({.name = "element", .rank = 1, .launch = &run_forward<T>, .supports = &shortcut_fits});
  registry.add<AddSkipBackward<T>>(
      {.name = "element", .rank = 1, .launch = &run_backward<T>, .supports = &shortcut_fits});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
