// maxpool_simd.cu - 2x2 windows of stride 2 for a CPU: every core takes rows of outputs, forward and backward.
//
// Changed from maxpool_element: a window is four pointers, and the loop over channels is one vector loop without a
// division or a branch; as these windows do not overlap, backward visits outputs and writes the four elements of each
// window. Per output four values in, one value and a byte out; backward the reverse: bound by memory. With fewer
// channels than lanes the vectors are partly empty.
#include <algorithm>

#include "kernels/common/host_vector.h"
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/maxpool/maxpool.h"
#include "kernels/maxpool/vector_maximum.h"

namespace gs::GS_TARGET {
namespace {

/// Up to `lanes` channels of one output pixel: its window is v0 v1 above v2 v3.
template <bool relu_input, class T>
GS_INLINE void forward_vector(T* y, std::uint8_t* argmax, const T* v0, const T* v1, const T* v2, const T* v3,
                              int count) {
  const Vec a = load(v0, count), b = load(v1, count), c = load(v2, count), d = load(v3, count);
  const VectorMaximum<Vec> maximum = maximum_of_window<relu_input>(a, b, c, d);
  store(y, maximum.value, count);
  store_bytes(argmax, maximum.argmax, count);
}

/// One row of outputs from `top` and `bottom`, two rows of x.
template <bool relu_input, class T>
void forward_row(T* y, std::uint8_t* argmax, const T* top, const T* bottom, int outputs, int channels) {
  for (int q = 0; q < outputs; ++q, top += 2 * channels, bottom += 2 * channels, y += channels, argmax += channels)
    for (int c = 0; c < channels; c += lanes)
      forward_vector<relu_input>(y + c, argmax + c, top + c, top + channels + c, bottom + c, bottom + channels + c,
                                 channels - c);
}

/// The gradient of one pixel's window: v0 v1 above v2 v3, `channels` values each.
template <class T>
GS_INLINE void backward_pixel(T* v0, T* v1, T* v2, T* v3, const T* dy, const std::uint8_t* argmax, int channels) {
  for (int c = 0; c < channels; c += lanes) {
    const int count = channels - c;
    const Vec g = load(dy + c, count);
    const IntVec place = load_bytes(argmax + c, count);
    store(v0 + c, place == 0 ? g : Vec{}, count);
    store(v1 + c, place == 1 ? g : Vec{}, count);
    store(v2 + c, place == 2 ? g : Vec{}, count);
    store(v3 + c, place == 3 ? g : Vec{}, count);
  }
}

template <class T>
void backward_row(T* top, T* bottom, const T* dy, const std::uint8_t* argmax, int outputs, int channels) {
  for (int q = 0; q < outputs; ++q) {
    const std::int64_t at = std::int64_t(q) * channels;
    T *a = top + 2 * at, *b = bottom + 2 * at;
    backward_pixel(a, a + channels, b, b + channels, dy + at, argmax + at, channels);
  }
}

/// Fewer rows of outputs than this are not worth a second core.
std::int64_t grain(const MaxPool& m) {
  return std::max(1, 8192 / (m.q() * m.c));
}

bool maxpool_simd_supports(const MaxPool& m) {
  return m.window == 2 && m.stride == 2;
}

template <class T>
void maxpool_forward_simd(T* y, std::uint8_t* argmax, const T* x, const MaxPool& m, void*, stream_t) {
  const std::int64_t x_row = std::int64_t(m.w) * m.c, y_row = std::int64_t(m.q()) * m.c;
  const auto row = m.relu_input ? &forward_row<true, T> : &forward_row<false, T>;
  host_shares(
      std::int64_t(m.n) * m.p(),
      [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
          const T* top = x + (i / m.p() * m.h + i % m.p() * 2) * x_row;
          row(y + i * y_row, argmax + i * y_row, top, top + x_row, m.q(), m.c);
        }
      },
      grain(m));
}

template <class T>
void maxpool_backward_simd(T* dx, const T* dy, const std::uint8_t* argmax, const MaxPool& m, void*, stream_t) {
  const std::int64_t x_row = std::int64_t(m.w) * m.c, y_row = std::int64_t(m.q()) * m.c;
  const std::int64_t covered = std::int64_t(2) * m.q() * m.c;
  host_shares(
      std::int64_t(m.n) * m.p(),
      [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
          T* top = dx + (i / m.p() * m.h + i % m.p() * 2) * x_row;
          backward_row(top, top + x_row, dy + i * y_row, argmax + i * y_row, m.q(), m.c);
          // an odd last column or row is in no window
          std::fill(top + covered, top + x_row, rounded<T>(0));
          std::fill(top + x_row + covered, top + 2 * x_row, rounded<T>(0));
          if (m.h % 2 && i % m.p() == m.p() - 1) std::fill(top + 2 * x_row, top + 3 * x_row, rounded<T>(0));
        }
      },
      grain(m));
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<MaxPoolForward<T>>({.name = "simd",
                                   .rank = 3,
                                   .targets = on_host,
                                   .launch = &maxpool_forward_simd<T>,
                                   .supports = &maxpool_simd_supports});
  registry.add<MaxPoolBackward<T>>({.name = "simd",
                                    .rank = 2,
                                    .targets = on_host,
                                    .launch = &maxpool_backward_simd<T>,
                                    .supports = &maxpool_simd_supports});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
