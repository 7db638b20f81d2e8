// average_pool_simd.cu - average-pooling for a CPU: every core takes whole pixels, of y forward and of dx backward.
//
// Changed from average_pool_element: the sums of up to 64 channels stay in registers over the window, and each of its
// pixels is a vector loop without a division. The order of each sum, and so its bits, are the same. Bound by memory.
#include "kernels/average_pool/average_pool.h"
#include "kernels/common/host_pixels.h"
#include "kernels/common/nhwc.h"
#include "kernels/common/registration.h"
#include "kernels/common/window_cover.h"

namespace gs::GS_TARGET {
namespace {

constexpr int most_channels = 64;

/// Running sums of `count` channels.
struct ChannelSums {
  float sums[most_channels] = {};
  int count;

  explicit ChannelSums(int count) : count(count) {}
  template <class T>
  void add(const T* __restrict__ values) {
    if (count == most_channels) {  // constant count: no tail, and the sums stay in registers
      for (int i = 0; i < most_channels; ++i) sums[i] += widened(values[i]);
    } else {
      for (int i = 0; i < count; ++i) sums[i] += widened(values[i]);
    }
  }
  template <class T>
  void write(T* __restrict__ to, float share, const T* __restrict__ relu_output) const {
    for (int i = 0; i < count; ++i)
      to[i] = rounded<T>(relu_output && widened(relu_output[i]) <= 0 ? 0.0f : share * sums[i]);
  }
};

/// Calls body(first channel, count) for all channels, up to 64 at a time.
template <class Body>
void for_channels(int channels, const Body& body) {
  for (int c = 0; c < channels; c += most_channels) body(c, std::min(most_channels, channels - c));
}

template <class T>
void run_forward(T* y, const T* x, const AveragePool& m, void*, stream_t) {
  const float share = 1.0f / float(m.window_h * m.window_w);
  for_each_pixel(std::int64_t(m.n) * m.p() * m.q(), m.c, [&](std::int64_t pixel) {
    const NhwcPlace at = nhwc_place(pixel, m.p(), m.q(), 1);
    const T* const corner = x + nhwc_offset(at.n, at.row * m.stride, at.column * m.stride, 0, m.h, m.w, m.c);
    for_channels(m.c, [&](int channel, int count) {
      ChannelSums sums(count);
      for (int r = 0; r < m.window_h; ++r)
        for (int s = 0; s < m.window_w; ++s) sums.add(corner + (std::int64_t(r) * m.w + s) * m.c + channel);
      sums.write(y + pixel * m.c + channel, share, static_cast<const T*>(nullptr));
    });
  });
}

template <class T>
void run_backward(T* dx, const T* dy, const T* relu_output, const AveragePool& m, void*, stream_t) {
  const float share = 1.0f / float(m.window_h * m.window_w);
  for_each_pixel(std::int64_t(m.n) * m.h * m.w, m.c, [&](std::int64_t pixel) {
    const NhwcPlace at = nhwc_place(pixel, m.h, m.w, 1);
    const Cover rows = covering(at.row, m.window_h, m.stride, m.p());
    const Cover columns = covering(at.column, m.window_w, m.stride, m.q());
    for_channels(m.c, [&](int channel, int count) {
      ChannelSums sums(count);
      for (int p = rows.first; p <= rows.last; ++p)
        for (int q = columns.first; q <= columns.last; ++q)
          sums.add(dy + nhwc_offset(at.n, p, q, channel, m.p(), m.q(), m.c));
      const std::int64_t first = pixel * m.c + channel;
      sums.write(dx + first, share, row_of(relu_output, first));
    });
  });
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<AveragePoolForward<T>>({.name = "pixels", .rank = 2, .targets = on_host, .launch = &run_forward<T>});
  registry.add<AveragePoolBackward<T>>({.name = "pixels", .rank = 2, .targets = on_host, .launch = &run_backward<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
