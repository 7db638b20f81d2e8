// conv2d_simd.cu - convolution on a CPU: output channels in the lanes of a register, several pixels at a time.
//
// Changed from conv2d_direct: filters are repacked so that the output channels of one tap are contiguous, and a tile
// of pixels shares them while they are in registers; a padded copy of the images saves the inner loops all edge tests.
// 2 r s c operations per value of y: bound by arithmetic, except for a single input channel.
#include <algorithm>

#include "kernels/common/host_vector.h"
#include "kernels/common/registration.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/conv2d/conv2d_launchers.h"
#include "kernels/conv2d/mirrored_convolution.h"
#include "kernels/conv2d/padded_images.h"
#include "kernels/conv2d/vector_sums.h"

namespace gs::GS_TARGET {
namespace {

/// The least number of output rows that are worth a second core.
std::int64_t row_grain(const Conv2d& d) {
  const double work = double(d.q()) * d.k * d.r * d.s * d.c;
  return std::max<std::int64_t>(1, std::int64_t(65536 / std::max(work, 1.0)));
}

/// Packed filters are [r][s][c][channels], the output channels padded with zeros to whole registers.
std::int64_t packed_size(const Conv2d& d) {
  return std::int64_t(d.r) * d.s * d.c * padded_to_registers(d.k);
}

void pack_filters(float* to, const float* w, const Conv2d& d) {
  const std::int64_t taps = std::int64_t(d.r) * d.s * d.c, channels = padded_to_registers(d.k);
  std::fill_n(to, taps * channels, 0.0f);
  for (std::int64_t k = 0; k < d.k; ++k)
    for (std::int64_t t = 0; t < taps; ++t) to[t * channels + k] = w[k * taps + t];
}

/// Packs the filters for the data gradient: turned by 180 degrees, input and output channels exchanged. `m` is
/// mirrored(d).
void pack_mirrored_filters(float* to, const float* w, const Conv2d& d, const Conv2d& m) {
  const std::int64_t channels = padded_to_registers(m.k);
  std::fill_n(to, packed_size(m), 0.0f);
  for (std::int64_t k = 0; k < d.k; ++k)
    for (std::int64_t r = 0; r < d.r; ++r)
      for (std::int64_t s = 0; s < d.s; ++s)
        for (std::int64_t c = 0; c < d.c; ++c)
          to[(((d.r - 1 - r) * d.s + (d.s - 1 - s)) * d.k + k) * channels + c] = w[((k * d.r + r) * d.s + s) * d.c + c];
}

/// Convolves `pixels` neighbouring outputs of a row, for `blocks` registers of channels from k on. A function of its
/// own has the general registers for the addresses of all pixels.
template <class V, int pixels, int blocks, class Start, class Finish>
__attribute__((noinline)) void convolve_tile(const float* x, const float* filters, const Conv2d& d, std::int64_t row,
                                             std::int64_t at, int k, const Start& start, const Finish& finish) {
  constexpr int width = lanes_of<V>;
  const std::int64_t taps = std::int64_t(d.s) * d.c, step = std::int64_t(d.stride) * d.c,
                     channels = padded_to_registers(d.k);
  V sums[pixels][blocks];
  for (int b = 0; b < blocks; ++b) {
    const V first = start.template operator()<V>(k + b * width, d.k - k - b * width);
    for (int i = 0; i < pixels; ++i) sums[i][b] = first;
  }
  for (int r = 0; r < d.r; ++r, x += row)
    for (std::int64_t t = 0; t < taps; ++t, filters += channels) {
      V weights[blocks];
      for (int b = 0; b < blocks; ++b) weights[b] = load_as<V>(filters + b * width);
      for (int i = 0; i < pixels; ++i) {
        const V value = broadcast<V>(x[i * step + t]);
        for (int b = 0; b < blocks; ++b) sums[i][b] += value * weights[b];
      }
    }
  for (int i = 0; i < pixels; ++i)
    for (int b = 0; b < blocks; ++b) finish(sums[i][b], at + i * d.k + b * width, d.k - k - b * width);
}

/// Convolves padded images with packed filters. start.operator()<V>(channel, count) returns the initial value of a
/// register V of sums; finish(sums, at, count) receives `count` channels of one output pixel, from y index `at` on.
template <class Start, class Finish>
void convolve(const float* padded_x, const float* filters, const Conv2d& d, const Start& start, const Finish& finish) {
  const Padded padded(d);
  const auto rows = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t y_row = begin; y_row < end; ++y_row) {
      const std::int64_t image = y_row / d.p(), p = y_row % d.p();
      const float* x_row = padded_x + image * padded.image() + p * d.stride * padded.row();
      for_blocks(d.k, [&]<class V, int blocks>(int k) {
        for_tiles<tile_with_addresses<blocks>>(d.q(), [&]<int pixels>(std::int64_t q) {
          convolve_tile<V, pixels, blocks>(x_row + q * d.stride * d.c, filters + k, d, padded.row(),
                                           (y_row * d.q() + q) * d.k + k, k, start, finish);
        });
      });
    }
  };
  host_shares(std::int64_t(d.n) * d.p(), rows, row_grain(d));
}

std::size_t floats(std::int64_t count) {
  return std::size_t(count) * sizeof(float);
}
std::int64_t rounded(std::int64_t count) {
  return vectors_in(count) * lanes;
}

}  // namespace

std::size_t conv2d_forward_simd_workspace(const Conv2d& d) {
  return floats(rounded(d.n * Padded(d).image()) + packed_size(d));
}

void conv2d_forward_simd(float* y, const float* x, const float* w, const float* bias, const Conv2d& d, void* workspace,
                         stream_t) {
  float* const images = static_cast<float*>(workspace);
  float* const filters = images + rounded(d.n * Padded(d).image());
  pad_images(images, x, d);
  pack_filters(filters, w, d);
  convolve(
      images, filters, d, [&]<class V>(int k, int count) { return load_as<V>(bias + k, count); },
      [&](const auto& sums, std::int64_t at, int count) { store(y + at, d.relu ? relu(sums) : sums, count); });
}

bool conv2d_data_gradient_simd_supports(const Conv2d& d) {
  return d.groups == 1 && d.stride == 1 && d.r == d.s && d.pad <= d.r - 1;
}

std::size_t conv2d_data_gradient_simd_workspace(const Conv2d& d) {
  return conv2d_forward_simd_workspace(mirrored(d));
}

void conv2d_data_gradient_simd(float* dx, const float* dy, const float* w, const float* relu_output, const Conv2d& d,
                               void* workspace, stream_t) {
  const Conv2d m = mirrored(d);
  float* const images = static_cast<float*>(workspace);
  float* const filters = images + rounded(m.n * Padded(m).image());
  pad_images(images, dy, m);
  pack_mirrored_filters(filters, w, d, m);
  convolve(
      images, filters, m, []<class V>(int, int) { return V{}; },
      [&]<class V>(const V& sums, std::int64_t at, int count) {
        store(dx + at, relu_output ? where_positive(load_as<V>(relu_output + at, count), sums) : sums, count);
      });
}

namespace {

void add_variants(Registry& registry) {
  registry.add<Conv2dForward<float>>({.name = "simd",
                                      .rank = 5,
                                      .targets = on_host,
                                      .launch = &conv2d_forward_simd,
                                      .supports = &ungrouped,
                                      .workspace_bytes = &conv2d_forward_simd_workspace});
  registry.add<Conv2dDataGradient<float>>({.name = "simd",
                                           .rank = 5,
                                           .targets = on_host,
                                           .launch = &conv2d_data_gradient_simd,
                                           .supports = &conv2d_data_gradient_simd_supports,
                                           .workspace_bytes = &conv2d_data_gradient_simd_workspace});
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
