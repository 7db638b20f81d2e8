// maxpool_element.cu - max-pooling of any window and stride, one thread per output element, forward and backward.
//
// Forward reads window^2 values per output (neighbours from the cache) and writes one and a byte; backward
// writes every dx once and gathers from at most ceil(window / stride)^2 outputs: no atomics. Both bound by memory.
// Indices are 32 bits wide where the tensor allows: a 64-bit division costs a GPU about a hundred instructions.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/maxpool/maxpool.h"

namespace gs::GS_TARGET {
namespace {

/// Where an element lies in a tensor [n, height, width, channels].
struct Place {
  int n, row, column, channel;
};

template <class Index>
__device__ inline Place place_of(Index i, int height, int width, int channels) {
  const Index pixel = i / Index(channels), line = pixel / Index(width), image = line / Index(height);
  return {int(image), int(line - image * Index(height)), int(pixel - line * Index(width)),
          int(i - pixel * Index(channels))};
}

template <class Index, class T>
__global__ void forward(T* __restrict__ y, std::uint8_t* __restrict__ argmax, const T* __restrict__ x, MaxPool m) {
  for (std::int64_t i : grid_stride(m.y_size())) {
    const Place at = place_of(Index(i), m.p(), m.q(), m.c);
    const std::int64_t corner =
        ((std::int64_t(at.n) * m.h + at.row * m.stride) * m.w + at.column * m.stride) * m.c + at.channel;
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

/// The windows that cover row (or column) `at` are first .. last.
struct Cover {
  int first, last;
};

__device__ inline Cover cover(int at, int window, int stride, int outputs) {
  const int first = at < window ? 0 : (at - window) / stride + 1, last = at / stride;
  return {first, last < outputs ? last : outputs - 1};
}

template <class Index, class T>
__global__ void backward(T* __restrict__ dx, const T* __restrict__ dy, const std::uint8_t* __restrict__ argmax,
                         MaxPool m) {
  for (std::int64_t i : grid_stride(m.x_size())) {
    const Place at = place_of(Index(i), m.h, m.w, m.c);
    const Cover rows = cover(at.row, m.window, m.stride, m.p()), columns = cover(at.column, m.window, m.stride, m.q());
    float sum = 0;
    for (int p = rows.first; p <= rows.last; ++p)
      for (int q = columns.first; q <= columns.last; ++q) {
        const std::int64_t output = ((std::int64_t(at.n) * m.p() + p) * m.q() + q) * m.c + at.channel;
        const int here = (at.row - p * m.stride) * m.window + (at.column - q * m.stride);
        if (argmax[output] == here) sum += widened(dy[output]);
      }
    dx[i] = rounded<T>(sum);
  }
}

bool fits_32_bits(const MaxPool& m) {
  return m.x_size() < std::int64_t(1) << 32;
}

template <class T>
void maxpool_forward_element(T* y, std::uint8_t* argmax, const T* x, const MaxPool& m, void*, stream_t stream) {
  if (fits_32_bits(m))
    launch_elementwise<forward<std::uint32_t, T>>(m.y_size(), stream, y, argmax, x, m);
  else
    launch_elementwise<forward<std::int64_t, T>>(m.y_size(), stream, y, argmax, x, m);
}

template <class T>
void maxpool_backward_element(T* dx, const T* dy, const std::uint8_t* argmax, const MaxPool& m, void*,
                              stream_t stream) {
  if (fits_32_bits(m))
    launch_elementwise<backward<std::uint32_t, T>>(m.x_size(), stream, dx, dy, argmax, m);
  else
    launch_elementwise<backward<std::int64_t, T>>(m.x_size(), stream, dx, dy, argmax, m);
}

/// The place in the window fits into a byte and is never `no_gradient`.
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
