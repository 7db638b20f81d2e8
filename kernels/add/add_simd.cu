// add_simd.cu - the shortcut that subsamples and pads, and its gradient, for a CPU: every core takes whole pixels.
//
// Changed from add_element: a pixel is up to three vector loops over channels, without a modulo per element; pixels
// that y skipped are filled with zeros. Bound by memory.
#include "kernels/add/add.h"
#include "kernels/common/host_pixels.h"
#include "kernels/common/nhwc.h"
#include "kernels/common/registration.h"

namespace gs::GS_TARGET {
namespace {

/// to = act(from), or act(from + more).
template <class T>
void activate(T* __restrict__ to, const T* __restrict__ from, int n, bool relu) {
  for (int i = 0; i < n; ++i) to[i] = relu && widened(from[i]) <= 0 ? rounded<T>(0.0f) : from[i];
}
template <class T>
void add_and_activate(T* __restrict__ to, const T* __restrict__ from, const T* __restrict__ more, int n, bool relu) {
  for (int i = 0; i < n; ++i) {
    const float sum = widened(from[i]) + widened(more[i]);
    to[i] = rounded<T>(relu && sum <= 0 ? 0.0f : sum);
  }
}

template <class T>
void run_forward(T* y, const T* a, const T* skip, const Add& p, void*, stream_t) {
  for_each_pixel(std::int64_t(p.n) * p.h * p.w, p.c, [&](std::int64_t pixel) {
    const NhwcPlace at = nhwc_place(pixel, p.h, p.w, 1);
    const T* const added =
        skip + nhwc_offset(at.n, at.row * p.skip_stride, at.column * p.skip_stride, 0, p.skip_h, p.skip_w, p.skip_c);
    const std::int64_t first = pixel * p.c;
    const int end = p.before() + p.skip_c;
    activate(y + first, a + first, p.before(), p.relu);
    add_and_activate(y + first + p.before(), a + first + p.before(), added, p.skip_c, p.relu);
    activate(y + first + end, a + first + end, p.c - end, p.relu);
  });
}

template <class T>
void run_backward(T* dskip, const T* dy, const T* relu_output, const Add& p, void*, stream_t) {
  for_each_pixel(std::int64_t(p.n) * p.skip_h * p.skip_w, p.skip_c, [&](std::int64_t pixel) {
    const NhwcPlace at = nhwc_place(pixel, p.skip_h, p.skip_w, 1);
    const int row = at.row / p.skip_stride, column = at.column / p.skip_stride;
    const bool read = row * p.skip_stride == at.row && column * p.skip_stride == at.column && row < p.h && column < p.w;
    const std::int64_t first = pixel * p.skip_c;
    if (read)
      copy_masked(dskip + first, dy + nhwc_offset(at.n, row, column, p.before(), p.h, p.w, p.c),
                  row_of(relu_output, first), p.skip_c);
    else
      std::fill_n(dskip + first, p.skip_c, rounded<T>(0.0f));
  });
}

bool differs_and_fits(const Add& p) {
  return p.fits() && !p.same_shapes();  // a plain addition is one vector loop in add_element
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<AddForward<T>>(
      {.name = "pixels", .rank = 2, .targets = on_host, .launch = &run_forward<T>, .supports = &differs_and_fits});
  registry.add<AddSkipBackward<T>>(
      {.name = "pixels", .rank = 2, .targets = on_host, .launch = &run_backward<T>, .supports = &differs_and_fits});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
