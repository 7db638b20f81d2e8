// conv2d_pool_filter_simd.cu - the filter gradient of a convolution of few input channels, from the gradient of its
// pooled output, on a CPU: filters in the lanes of a register, all taps at once.
//
//   dw[k,r,s,c] = sum_{n,p,q} dy[n,p,q,k] x[n, 2p+i-pad+r, 2q+j-pad+s, c], where argmax[n,p,q,k] = 2i + j
//
// Compared with maxpool_simd's backward pass followed by conv2d_filter_simd: the gradient of the four pixels of a
// window is made in registers, zero where `argmax` says, and neither written nor read. The products are as many, since
// the filters of a register differ in their maxima. Each input under a window is read once and multiplied with the
// gradients of the up to four pixels that it meets, in registers with the sums of nine taps. Images are copied with
// their padding; rows of windows are summed in slices (SlicedSums). Per value of the pooled map 5 bytes (in bf16 3) and
// 4 taps multiply-adds: bound by arithmetic.
#include <algorithm>

#include "kernels/common/host_vector.h"
#include "kernels/common/registration.h"
#include "kernels/conv2d/padded_images.h"
#include "kernels/conv2d/vector_sums.h"
#include "kernels/conv2d_pool/conv2d_pool.h"
#include "kernels/conv2d_pool/few_channels.h"

namespace gs::GS_TARGET {
namespace {

/// Over rows of windows: the sums of dw as [tap][filter], then those of db, the filters rounded up to whole registers.
SlicedSums sums_of(const Conv2dPool& d) {
  const std::int64_t taps = std::int64_t(d.conv.r) * d.conv.s * d.conv.c;
  return {std::int64_t(d.pool.n) * d.pool.p(), (taps + 1) * vectors_in(d.conv.k) * lanes};
}

/// Adds a row of windows to sums[tap * channels], for up to a register of filters. `pitch`: floats in a row of the
/// images.
template <class Filter, class V, class T, class Count>
void add_row_of_windows(float* sums, const float* x, const T* dy, const std::uint8_t* argmax, std::int64_t pitch,
                        std::int64_t channels, int windows, std::int64_t filters, Count count) {
  constexpr int taps = Filter::taps;
  V total[taps + 1];
  for (int tap = 0; tap <= taps; ++tap) total[tap] = load_as<V>(sums + tap * channels);
  for (int q = 0; q < windows; ++q, x += 2 * Filter::channels, dy += filters, argmax += filters) {
    const V gradient = load_as<V>(dy, count);
    const auto place = load_bytes<V>(argmax, count);
    total[taps] += (place < 4) ? gradient : V{};
    V of_pixel[4];
    for (int i = 0; i < 4; ++i) of_pixel[i] = place == i ? gradient : V{};
#pragma GCC unroll 8
    for (int r = 0; r <= Filter::size; ++r)
#pragma GCC unroll 32
      for (int s = 0; s < Filter::across + Filter::channels; ++s) {
        const V pixel = broadcast<V>(x[r * pitch + s]);
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i) {
          const int tap_row = r - i / 2, tap = s - i % 2 * Filter::channels;
          if (tap_row < 0 || tap_row >= Filter::size || tap < 0 || tap >= Filter::across) continue;
          total[tap_row * Filter::across + tap] += pixel * of_pixel[i];
        }
      }
  }
  for (int tap = 0; tap <= taps; ++tap) store(sums + tap * channels, total[tap]);
}

/// The sums of the rows [begin, end) of windows.
template <class Filter, class T>
void sum_pool_slice(float* sums, const float* images, const T* dy, const std::uint8_t* argmax, const Conv2dPool& d,
                    std::int64_t begin, std::int64_t end) {
  const Padded padded(d.conv);
  const std::int64_t filters = d.conv.k, channels = vectors_in(filters) * lanes;
  const std::int64_t p = d.pool.p(), q = d.pool.q();
  std::fill_n(sums, sums_of(d).size, 0.0f);
  for (std::int64_t row = begin; row < end; ++row) {
    const float* x = images + row / p * padded.image() + row % p * 2 * padded.row();
    for_registers<HalfOf<T>>(int(filters), [&]<class V>(int k, auto count) {
      add_row_of_windows<Filter, V>(sums + k, x, dy + row * q * filters + k, argmax + row * q * filters + k,
                                    padded.row(), channels, int(q), filters, count);
    });
  }
}

std::size_t conv2d_pool_filter_gradient_simd_workspace(const Conv2dPool& d) {
  const std::int64_t images = d.conv.n * Padded(d.conv).image();
  return std::size_t(sums_of(d).partial_size() + images) * sizeof(float);
}

template <class T>
void conv2d_pool_filter_gradient_simd(float* dw, float* db, const T* x, const T* dy, const std::uint8_t* argmax,
                                      const Conv2dPool& d, void* workspace, stream_t) {
  const SlicedSums sums = sums_of(d);
  float* const partial = static_cast<float*>(workspace);
  float* const images = partial + sums.partial_size();
  pad_images(images, x, d.conv);
  const std::int64_t taps = d.conv.w_size() / d.conv.k;
  with_few_channels(d.conv, [&](auto filter) {
    sums.sum(partial, 4.0 * double(d.pool.y_size()) * taps, [&](float* to, std::int64_t begin, std::int64_t end) {
      sum_pool_slice<decltype(filter)>(to, images, dy, argmax, d, begin, end);
    });
  });
  sums.write_gradients(dw, db, partial, d.conv.k, taps);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<Conv2dPoolFilterGradient<T>>({.name = "simd",
                                             .rank = 2,
                                             .targets = on_host,
                                             .launch = &conv2d_pool_filter_gradient_simd<T>,
                                             .supports = &has_few_channels,
                                             .workspace_bytes = &conv2d_pool_filter_gradient_simd_workspace});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
