// maxpool_element.cu - max-pooling of any window and stride, one thread per output element, forward and backward.
//
// Forward reads window^2 values per output (overlaps from the cache) and writes a value and a byte; backward writes
// every dx once and gathers from at most ceil(window / stride)^2 outputs, without atomics. Both are bound by memory.
// Indices are 32 bits wide if the tensor is small enough: a 64-bit division costs a GPU about a hundred instructions.
#include "kernels/common/kernel.h"
#include "kernels/common/nhwc.h"
#include "kernels/common/registration.h"
#include "kernels/common/window_cover.h"
#include "kernels/maxpool/maxpool.h"

namespace gs::GS_TARGET {
namespace {

template <class Index, class T>
__global__ void forward(T* __restrict__ y, std::uint8_t* __restrict__ argmax, const T* __restrict__ x, MaxPool m) {
  for (std::int64_t i : grid_stride(m.y_size())) {
    const NhwcPlace at = nhwc_place(Index(i), m.p(), m.q(), m.c);
    const std::int64_t corner = nhwc_offset(at.n, at.row * m.stride, at.column * m.stride, at.channel, m.h, m.w, m.c);
    float best = widened(x[corner]);
    int index = 0;
    for (int r = 0; r < m.window; ++r)
      for (int s = 0; s < m.window; ++s) {
        const float v = widened(x[corner + (std::int64_t(r) * m.w + s) * m.c]);
        if (!(v <= best) && best == best) {  // larger, or the first NaN
          best = v;
          index = r * m.window + s;
        }
      }
    y[i] = rounded<T>(best);
    argmax[i] = m.relu_input && best <= 0 ? MaxPool::no_gradient : std::uint8_t(index);
  }
}

template <class Index, class T>
__global__ void backward(T* __restrict__ dx, const T* __restrict__ dy, const std::uint8_t* __restrict__ argmax,
                         MaxPool m) {
  for (std::int64_t i : grid_stride(m.x_size())) {
    const NhwcPlace at = nhwc_place(Index(i), m.h, m.w, m.c);
    const Cover rows = covering(at.row, m.window, m.stride, m.p()),
                columns = covering(at.column, m.window, m.stride, m.q());
    float sum = 0;
    for (int p = rows.first; p <= rows.last; ++p)
      for (int q = columns.first; q <= columns.last; ++q) {
        const std::int64_t output = nhwc_offset(at.n, p, q, at.channel, m.p(), m.q(), m.c);
        const int here = (at.row - p * m.stride) * m.window + (at.column - q * m.stride);
        if (argmax[output] == here) sum += widened(dy[output]);
      }
    dx[i] = rounded<T>(sum);
  }
}

template <class T>
void maxpool_forward_element(T* y, std::uint8_t* argmax, const T* x, const MaxPool& m, void*, stream_t stream) {
  if (fits_32_bits(m.x_size()))
    launch_elementwise<forward<std::uint32_t, T>>(m.y_size(), stream, y, argmax, x, m);
  else
    launch_elementwise<forward<std::int64_t, T>>(m.y_size(), stream, y, argmax, x, m);
}

template <class T>
void maxpool_backward_element(T* dx, const T* dy, const std::uint8_t* argmax, const MaxPool& m, void*,
                              stream_t stream) {
  if (fits_32_bits(m.x_size()))
    launch_elementwise<backward<std::uint32_t, T>>(m.x_size(), stream, dx, dy, argmax, m);
  else
    launch_elementwise<backward<std::int64_t, T>>(m.x_size(), stream, dx, dy, argmax, m);
}

/// The position in the window must fit a byte and differ from `no_gradient`.
bool index_fits_byte(const MaxPool& m) {
  return m.window * m.window <= MaxPool::no_gradient;
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<MaxPoolForward<T>>(
      {.name = "element", .rank = 1, .launch = &maxpool_forward_element<T>, .supports = &index_fits_byte});
  registry.add<MaxPoolBackward<T>>(
      {.name = "element", .rank = 1, .launch = &maxpool_backward_element<T>, .supports = &index_fits_byte});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
