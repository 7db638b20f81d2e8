// average_pool_element.cu - average-pooling of any window and stride, one thread per output element, forward and
// backward.
//
// Forward reads the window (overlaps come from the cache) and writes one value; backward writes every dx once and
// gathers from the windows that cover it: no atomics. An addition per element of a window: bound by memory.
// Neighbouring threads hold neighbouring channels, so that reads are coalesced. Indices are 32 bits wide if the tensor
// is small enough.
#include "kernels/average_pool/average_pool.h"
#include "kernels/common/kernel.h"
#include "kernels/common/nhwc.h"
#include "kernels/common/registration.h"
#include "kernels/common/window_cover.h"

namespace gs::GS_TARGET {
namespace {

template <class Index, class T>
__global__ void forward(T* __restrict__ y, const T* __restrict__ x, AveragePool m) {
  const float share = 1.0f / float(m.window_h * m.window_w);
  for (std::int64_t i : grid_stride(m.y_size())) {
    const NhwcPlace at = nhwc_place(Index(i), m.p(), m.q(), m.c);
    const T* const corner = x + nhwc_offset(at.n, at.row * m.stride, at.column * m.stride, at.channel, m.h, m.w, m.c);
    float sum = 0;
    for (int r = 0; r < m.window_h; ++r)
      for (int s = 0; s < m.window_w; ++s) sum += widened(corner[(std::int64_t(r) * m.w + s) * m.c]);
    y[i] = rounded<T>(share * sum);
  }
}

template <class Index, class T>
__global__ void backward(T* __restrict__ dx, const T* __restrict__ dy, const T* __restrict__ relu_output,
                         AveragePool m) {
  const float share = 1.0f / float(m.window_h * m.window_w);
  for (std::int64_t i : grid_stride(m.x_size())) {
    const NhwcPlace at = nhwc_place(Index(i), m.h, m.w, m.c);
    const Cover rows = covering(at.row, m.window_h, m.stride, m.p());
    const Cover columns = covering(at.column, m.window_w, m.stride, m.q());
    float sum = 0;
    for (int p = rows.first; p <= rows.last; ++p)
      for (int q = columns.first; q <= columns.last; ++q)
        sum += widened(dy[nhwc_offset(at.n, p, q, at.channel, m.p(), m.q(), m.c)]);
    dx[i] = rounded<T>(relu_output && widened(relu_output[i]) <= 0 ? 0.0f : share * sum);
  }
}

template <class T>
void run_forward(T* y, const T* x, const AveragePool& m, void*, stream_t stream) {
  if (fits_32_bits(m.y_size()))
    launch_elementwise<forward<std::uint32_t, T>>(m.y_size(), stream, y, x, m);
  else
    launch_elementwise<forward<std::int64_t, T>>(m.y_size(), stream, y, x, m);
}

template <class T>
void run_backward(T* dx, const T* dy, const T* relu_output, const AveragePool& m, void*, stream_t stream) {
  if (fits_32_bits(m.x_size()))
    launch_elementwise<backward<std::uint32_t, T>>(m.x_size(), stream, dx, dy, relu_output, m);
  else
    launch_elementwise<backward<std::int64_t, T>>(m.x_size(), stream, dx, dy, relu_output, m);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<AveragePoolForward<T>>({.name = "element", .rank = 1, .launch = &run_forward<T>});
  registry.add<AveragePoolBackward<T>>({.name = "element", .rank = 1, .launch = &run_backward<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
