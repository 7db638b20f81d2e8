// maxpool_window2.cu - the 2x2 windows of stride 2 for a CPU: every core takes rows of outputs, forward and backward.
//
// What changed from maxpool_element: a window is four pointers and the loop over channels is one vector loop without a
// division or a branch; and, since these windows do not overlap, backward visits outputs and writes the four elements
// of each window. 16 bytes in and 5 out per output, backward 5 in and 16 out: bound by memory. With few channels the
// vectors stay short.
#include <algorithm>

#include "kernels/common/kernel.h"
#include "kernels/maxpool/maxpool.h"

namespace gs::GS_TARGET {
namespace {

// Two selections in a row instead of one by "either": so g++ 12 turns the loop around them into vector code.
inline float larger_or_nan(float best, float v) {
  return v > best ? v : v != v ? v : best;
}
/// `place` where v is the maximum (or NaN, if the maximum is), else `next`. A float: as wide as what it is chosen by.
inline float place_or(float place, float v, float best, float next) {
  return v == best ? place : v != v ? place : next;
}

/// One row of outputs: `top` and `bottom` are the two rows of x below it.
template <bool relu_input>
void forward_row(float* __restrict__ y, std::uint8_t* __restrict__ argmax, const float* __restrict__ top,
                 const float* __restrict__ bottom, int outputs, int channels) {
  for (int q = 0; q < outputs; ++q) {
    const float *a = top + std::int64_t(2) * q * channels, *b = bottom + std::int64_t(2) * q * channels;
    float* out = y + std::int64_t(q) * channels;
    std::uint8_t* index_out = argmax + std::int64_t(q) * channels;
    for (int c = 0; c < channels; ++c) {
      const float v0 = a[c], v1 = a[c + channels], v2 = b[c], v3 = b[c + channels];
      const float best = larger_or_nan(larger_or_nan(larger_or_nan(v0, v1), v2), v3);
      const float place = place_or(0, v0, best, place_or(1, v1, best, place_or(2, v2, best, 3)));
      out[c] = best;
      index_out[c] = std::uint8_t(int(relu_input && best <= 0 ? float(MaxPool::no_gradient) : place));
    }
  }
}

/// The gradient of one pixel's window: v0 v1 above v2 v3, `channels` values each. Not inlined: g++ 12 would forget that
/// they are apart, and take the scalar loop for fewer than 64 channels.
__attribute__((noinline)) void backward_pixel(float* __restrict__ v0, float* __restrict__ v1, float* __restrict__ v2,
                                              float* __restrict__ v3, const float* __restrict__ dy,
                                              const std::uint8_t* __restrict__ argmax, int channels) {
  for (int c = 0; c < channels; ++c) {
    const float g = dy[c];
    const int place = argmax[c];
    v0[c] = place == 0 ? g : 0.0f;
    v1[c] = place == 1 ? g : 0.0f;
    v2[c] = place == 2 ? g : 0.0f;
    v3[c] = place == 3 ? g : 0.0f;
  }
}

void backward_row(float* top, float* bottom, const float* dy, const std::uint8_t* argmax, int outputs, int channels) {
  for (int q = 0; q < outputs; ++q) {
    const std::int64_t at = std::int64_t(q) * channels;
    float *a = top + 2 * at, *b = bottom + 2 * at;
    backward_pixel(a, a + channels, b, b + channels, dy + at, argmax + at, channels);
  }
}

/// Fewer outputs than this are not worth waking a second core.
std::int64_t grain(const MaxPool& m) {
  return std::max(1, 8192 / (m.q() * m.c));
}

}  // namespace

bool maxpool_is_window2(const MaxPool& m) {
  return m.window == 2 && m.stride == 2;
}

void maxpool_forward_window2(float* y, std::uint8_t* argmax, const float* x, const MaxPool& m, void*, stream_t) {
  const std::int64_t x_row = std::int64_t(m.w) * m.c, y_row = std::int64_t(m.q()) * m.c;
  const auto row = m.relu_input ? &forward_row<true> : &forward_row<false>;
  host_shares(
      std::int64_t(m.n) * m.p(),
      [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
          const float* top = x + (i / m.p() * m.h + i % m.p() * 2) * x_row;
          row(y + i * y_row, argmax + i * y_row, top, top + x_row, m.q(), m.c);
        }
      },
      grain(m));
}

void maxpool_backward_window2(float* dx, const float* dy, const std::uint8_t* argmax, const MaxPool& m, void*,
                              stream_t) {
  const std::int64_t x_row = std::int64_t(m.w) * m.c, y_row = std::int64_t(m.q()) * m.c;
  const std::int64_t covered = std::int64_t(2) * m.q() * m.c;
  host_shares(
      std::int64_t(m.n) * m.p(),
      [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
          float* top = dx + (i / m.p() * m.h + i % m.p() * 2) * x_row;
          backward_row(top, top + x_row, dy + i * y_row, argmax + i * y_row, m.q(), m.c);
          // an odd last column or row lies in no window
          std::fill(top + covered, top + x_row, 0.0f);
          std::fill(top + x_row + covered, top + 2 * x_row, 0.0f);
          if (m.h % 2 && i % m.p() == m.p() - 1) std::fill(top + 2 * x_row, top + 3 * x_row, 0.0f);
        }
      },
      grain(m));
}

}  // namespace gs::GS_TARGET
