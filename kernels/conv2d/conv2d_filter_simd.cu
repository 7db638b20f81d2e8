// conv2d_filter_simd.cu - the filter gradient on a CPU: filters in the lanes of a register, several taps at a time.
//
// Changed from conv2d_direct: dy is read once per tile of taps, a row at a time, and multiplied with each of the
// tile's inputs while it is in a register; in a padded copy of the images all taps of a window row are contiguous. The
// batch's rows are cut into slices that are summed separately and added in a fixed order: the number of slices does not
// depend on the number of threads, so neither do the bits.
#include <algorithm>
#include <type_traits>

#include "kernels/common/host_vector.h"
#include "kernels/common/registration.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/conv2d/conv2d_launchers.h"
#include "kernels/conv2d/padded_images.h"

namespace gs::GS_TARGET {
namespace {

constexpr std::int64_t most_slices = 16;
constexpr int tap_tile = vector_registers == 32 ? 8 : 6;  ///< taps, with two registers of sums each

std::int64_t slices_of(const Conv2d& d) {
  return std::min<std::int64_t>(most_slices, std::int64_t(d.n) * d.p());
}
std::int64_t channels_of(const Conv2d& d) {
  return vectors_in(d.k) * lanes;
}
std::int64_t slice_size(const Conv2d& d) {
  return (std::int64_t(d.r) * d.s * d.c + 1) * channels_of(d);
}  // dw and db

/// Adds one row of outputs to sums[tap][channels], for `taps` contiguous taps from x on and `blocks` registers of
/// filters. `last`: valid filters in the last register.
template <int taps, int blocks, class Last>
GS_INLINE void add_row(float* sums, const float* x, const float* dy, const Conv2d& d, std::int64_t channels,
                       Last last) {
  Vec total[taps][blocks];
  for (int t = 0; t < taps; ++t)
    for (int b = 0; b < blocks; ++b) total[t][b] = load(sums + t * channels + b * lanes);
  const std::int64_t step = std::int64_t(d.stride) * d.c, outputs = d.q(), filters = d.k;
  for (std::int64_t q = 0; q < outputs; ++q) {
    Vec gradient[blocks];
    for (int b = 0; b + 1 < blocks; ++b) gradient[b] = load(dy + q * filters + b * lanes);
    gradient[blocks - 1] = load(dy + q * filters + (blocks - 1) * lanes, last);
    for (int t = 0; t < taps; ++t) {
      const Vec value = broadcast(x[q * step + t]);
      for (int b = 0; b < blocks; ++b) total[t][b] += value * gradient[b];
    }
  }
  for (int t = 0; t < taps; ++t)
    for (int b = 0; b < blocks; ++b) store(sums + t * channels + b * lanes, total[t][b]);
}

/// Adds the products of one row of dy with all taps of one window row, for the filters [k, k + 16 blocks).
template <int blocks>
void add_window_row(float* sums, const float* x_row, const float* dy_row, const Conv2d& d, int k) {
  const std::int64_t channels = channels_of(d), taps = std::int64_t(d.s) * d.c;
  const int last = d.k - k - (blocks - 1) * lanes;
  constexpr int taps_at_once = blocks == 1 ? 2 * tap_tile : tap_tile;  // for as many sums
  for_tiles<taps_at_once>(taps, [&]<int tile>(std::int64_t t) {
    float* const to = sums + t * channels + k;
    if (last >= lanes)
      add_row<tile, blocks>(to, x_row + t, dy_row + k, d, channels, std::integral_constant<int, lanes>());
    else
      add_row<tile, blocks>(to, x_row + t, dy_row + k, d, channels, last);
  });
}

/// Adds one row's bias gradient.
void add_bias_row(float* sums, const float* dy_row, const Conv2d& d) {
  const std::int64_t outputs = d.q();
  for (int k = 0; k < d.k; k += lanes) {
    Vec total = load(sums + k);
    for (std::int64_t q = 0; q < outputs; ++q) total += load(dy_row + q * d.k + k, d.k - k);
    store(sums + k, total);
  }
}

/// Sums all rows of one slice.
void sum_slice(float* sums, const float* padded_x, const float* dy, const Conv2d& d, std::int64_t begin,
               std::int64_t end) {
  const Padded padded(d);
  const std::int64_t window_row = std::int64_t(d.s) * d.c * channels_of(d);
  std::fill_n(sums, slice_size(d), 0.0f);
  for (std::int64_t y_row = begin; y_row < end; ++y_row) {
    const float* dy_row = dy + y_row * d.q() * d.k;
    const float* x_row = padded_x + y_row / d.p() * padded.image() + y_row % d.p() * d.stride * padded.row();
    add_bias_row(sums + d.r * window_row, dy_row, d);
    for (std::int64_t r = 0; r < d.r; ++r, x_row += padded.row()) {
      int k = 0;
      for (; d.k - k > lanes; k += 2 * lanes) add_window_row<2>(sums + r * window_row, x_row, dy_row, d, k);
      if (k < d.k) add_window_row<1>(sums + r * window_row, x_row, dy_row, d, k);
    }
  }
}

}  // namespace

std::size_t conv2d_filter_gradient_simd_workspace(const Conv2d& d) {
  return std::size_t(slices_of(d) * slice_size(d) + d.n * Padded(d).image()) * sizeof(float);
}

void conv2d_filter_gradient_simd(float* dw, float* db, const float* x, const float* dy, const Conv2d& d,
                                 void* workspace, stream_t) {
  float* const partial = static_cast<float*>(workspace);
  float* const images = partial + slices_of(d) * slice_size(d);
  pad_images(images, x, d);
  const std::int64_t slices = slices_of(d), size = slice_size(d), rows = std::int64_t(d.n) * d.p(),
                     channels = channels_of(d);
  const double work = double(d.y_size()) * d.r * d.s * d.c;
  host_shares(
      slices,
      [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t slice = begin; slice < end; ++slice)
          sum_slice(partial + slice * size, images, dy, d, rows * slice / slices, rows * (slice + 1) / slices);
      },
      work < 65536 ? slices : 1);
  const auto sum_of_slices = [&](std::int64_t at) {
    Vec sum = {};
    for (std::int64_t slice = 0; slice < slices; ++slice) sum += load(partial + slice * size + at);
    return sum;
  };
  const std::int64_t taps = std::int64_t(d.r) * d.s * d.c;
  const auto sum_taps = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t t = begin; t < end; ++t)
      for (int k = 0; k < d.k; k += lanes) {
        alignas(sizeof(Vec)) float sums[lanes];
        store(sums, sum_of_slices(t * channels + k));
        for (int i = 0; i < std::min(lanes, d.k - k); ++i) dw[(k + i) * taps + t] = sums[i];
      }
  };
  host_shares(taps, sum_taps, std::max<std::int64_t>(1, 65536 / (slices * channels)));
  for (int k = 0; k < d.k; k += lanes) store(db + k, sum_of_slices(taps * channels + k), d.k - k);
}

namespace {

void add_variants(Registry& registry) {
  registry.add<Conv2dFilterGradient<float>>({.name = "simd",
                                             .rank = 5,
                                             .targets = on_host,
                                             .launch = &conv2d_filter_gradient_simd,
                                             .supports = &ungrouped,
                                             .workspace_bytes = &conv2d_filter_gradient_simd_workspace});
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
