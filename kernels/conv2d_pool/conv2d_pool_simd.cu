// conv2d_pool_simd.cu - convolution of few input channels, bias, ReLU and 2x2 max-pool in one pass, on a CPU: filters
// in the lanes of a register, two windows of the pool at a time.
//
// Compared with a convolution followed by maxpool_simd: the four sums of a window stay in registers, so the full-size
// output, four times the pooled one, is neither written nor read. Each pixel under the two windows is read once and
// multiplied with all taps that meet it; the filters are repacked so that a tap's are neighbours, and images are copied
// with their padding. A copy of a register's filters cannot alias y: of 32 registers it takes ten for nine taps, and
// only pixels are loaded. Per value of y 5 bytes (in bf16 3) and 4 taps multiply-adds: bound by arithmetic.
#include <algorithm>

#include "kernels/common/host_vector.h"
#include "kernels/common/registration.h"
#include "kernels/conv2d/padded_images.h"
#include "kernels/conv2d_pool/conv2d_pool.h"
#include "kernels/conv2d_pool/few_channels.h"
#include "kernels/maxpool/vector_maximum.h"

namespace gs::GS_TARGET {
namespace {

/// Floats in a tap's filters, rounded up to whole registers.
std::int64_t packed_filters(const Conv2d& d) {
  return vectors_in(d.k) * lanes;
}

/// to[tap][filter] = w[filter][tap], then the bias as one more tap; zeros where there is no filter.
template <class T>
void pack_filters_and_bias(float* to, const T* w, const T* bias, const Conv2d& d, std::int64_t taps) {
  const std::int64_t pitch = packed_filters(d);
  std::fill_n(to, (taps + 1) * pitch, 0.0f);
  for (std::int64_t k = 0; k < d.k; ++k) {
    for (std::int64_t tap = 0; tap < taps; ++tap) to[tap * pitch + k] = gs::widened(w[k * taps + tap]);
    to[taps * pitch + k] = gs::widened(bias[k]);
  }
}

/// The value as it would be stored between the two layers.
template <class T, class V>
GS_INLINE V as_stored(const V& v) {
  if constexpr (std::is_same_v<T, float>) {
    return v;
  } else {
    T stored[lanes_of<V>];
    store(stored, v);
    return load_as<V>(stored);
  }
}

/// A register of each tap's filters, then of the bias.
template <class V, class Filter>
using Weights = V[Filter::taps + 1];

/// The sums under `windows` neighbouring windows of the pool, the left one at x: sums[window][pixel].
template <class Filter, int windows, class V>
GS_INLINE void convolve_windows(V (&sums)[windows][4], const float* x, std::int64_t row,
                                const Weights<V, Filter>& weights) {
  constexpr int across = 2 * windows + Filter::size - 1;
  for (int w = 0; w < windows; ++w)
    for (int i = 0; i < 4; ++i) sums[w][i] = weights[Filter::taps];
#pragma GCC unroll 8
  for (int r = 0; r <= Filter::size; ++r)
#pragma GCC unroll 8
    for (int s = 0; s < across; ++s)
#pragma GCC unroll 4
      for (int c = 0; c < Filter::channels; ++c) {
        const V pixel = broadcast<V>(x[r * row + s * Filter::channels + c]);
#pragma GCC unroll 2
        for (int w = 0; w < windows; ++w)
#pragma GCC unroll 4
          for (int i = 0; i < 4; ++i) {
            const int tap_row = r - i / 2, tap_column = s - 2 * w - i % 2;
            if (tap_row < 0 || tap_row >= Filter::size || tap_column < 0 || tap_column >= Filter::size) continue;
            sums[w][i] += pixel * weights[tap_row * Filter::across + tap_column * Filter::channels + c];
          }
      }
}

/// The outputs of `windows` neighbouring windows for up to a register of filters.
template <class Filter, int windows, class V, class T, class Count>
GS_INLINE void pool_windows(T* y, std::uint8_t* argmax, const float* x, std::int64_t row,
                            const Weights<V, Filter>& weights, const Conv2d& d, Count count) {
  V sums[windows][4];
  convolve_windows<Filter>(sums, x, row, weights);
  for (int w = 0; w < windows; ++w) {
    for (V& sum : sums[w]) sum = as_stored<T>(sum);
    const auto& [a, b, c, e] = sums[w];
    const auto maximum = d.relu ? maximum_of_window<true>(a, b, c, e) : maximum_of_window<false>(a, b, c, e);
    store(y + w * d.k, d.relu ? relu(maximum.value) : maximum.value, count);
    store_bytes(argmax + w * d.k, maximum.argmax, count);
  }
}

std::int64_t image_floats(const Conv2d& d) {
  return vectors_in(d.n * Padded(d).image()) * lanes;
}

std::size_t conv2d_pool_forward_simd_workspace(const Conv2dPool& d) {
  const std::int64_t taps = d.conv.w_size() / d.conv.k;
  return std::size_t(image_floats(d.conv) + (taps + 1) * packed_filters(d.conv)) * sizeof(float);
}

template <class T>
void conv2d_pool_forward_simd(T* y, std::uint8_t* argmax, const T* x, const T* w, const T* bias, const Conv2dPool& d,
                              void* workspace, stream_t) {
  float* const images = static_cast<float*>(workspace);
  float* const filters = images + image_floats(d.conv);
  const Padded padded(d.conv);
  const std::int64_t p = d.pool.p(), q = d.pool.q(), k = d.conv.k;
  pad_images(images, x, d.conv);
  with_few_channels(d.conv, [&](auto filter) {
    using Filter = decltype(filter);
    pack_filters_and_bias(filters, w, bias, d.conv, Filter::taps);
    const auto rows = [&](std::int64_t begin, std::int64_t end) {
      for_registers<HalfOf<T>>(int(k), [&]<class V>(int first, auto count) {
        Weights<V, Filter> weights;
        for (int tap = 0; tap <= Filter::taps; ++tap)
          weights[tap] = load_as<V>(filters + tap * packed_filters(d.conv) + first);
        for (std::int64_t at = begin; at < end; ++at) {
          const float* const pixels = images + at / p * padded.image() + at % p * 2 * padded.row();
          for_tiles<2>(q, [&]<int windows>(std::int64_t column) {
            const std::int64_t to = (at * q + column) * k + first;
            pool_windows<Filter, windows, V>(y + to, argmax + to, pixels + column * 2 * Filter::channels, padded.row(),
                                             weights, d.conv, count);
          });
        }
      });
    };
    const std::int64_t work = q * k * 4 * Filter::taps;
    host_shares(d.pool.n * p, rows, std::max<std::int64_t>(1, 65536 / work));
  });
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<Conv2dPoolForward<T>>({.name = "simd",
                                      .rank = 2,
                                      .targets = on_host,
                                      .launch = &conv2d_pool_forward_simd<T>,
                                      .supports = &has_few_channels,
                                      .workspace_bytes = &conv2d_pool_forward_simd_workspace});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
