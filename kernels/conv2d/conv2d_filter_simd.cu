// conv2d_filter_simd.cu - the filter gradient on a CPU: filters in the lanes of a register, several taps at a time.
//
// Changed from conv2d_direct: dy is read once per tile of taps, a row at a time, and multiplied with each of the
// tile's inputs while it is in a register; in a padded copy of the images all taps of a window row are contiguous. The
// batch's rows are cut into slices that are summed separately and added in a fixed order (SlicedSums). Up to eight
// filters take half of a 512-bit register (HalfVec).
#include <algorithm>
#include <type_traits>

#include "kernels/common/host_vector.h"
#include "kernels/common/registration.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/conv2d/conv2d_launchers.h"
#include "kernels/conv2d/padded_images.h"
#include "kernels/conv2d/vector_sums.h"

namespace gs::GS_TARGET {
namespace {

std::int64_t channels_of(const Conv2d& d) {
  return padded_to_registers(d.k);
}
/// Over rows of outputs: the sums of dw as [tap][filter], then those of db.
SlicedSums sums_of(const Conv2d& d) {
  return {std::int64_t(d.n) * d.p(), (std::int64_t(d.r) * d.s * d.c + 1) * channels_of(d)};
}

/// Adds one row of outputs to sums[tap][channels], for `taps` contiguous taps from x on and `blocks` registers of
/// filters. `last`: valid filters in the last register.
template <class V, int taps, int blocks, class Last>
GS_INLINE void add_row(float* sums, const float* x, const float* dy, const Conv2d& d, std::int64_t channels,
                       Last last) {
  constexpr int width = lanes_of<V>;
  V total[taps][blocks];
  for (int t = 0; t < taps; ++t)
    for (int b = 0; b < blocks; ++b) total[t][b] = load_as<V>(sums + t * channels + b * width);
  const std::int64_t step = std::int64_t(d.stride) * d.c, outputs = d.q(), filters = d.k;
  for (std::int64_t q = 0; q < outputs; ++q) {
    V gradient[blocks];
    for (int b = 0; b + 1 < blocks; ++b) gradient[b] = load_as<V>(dy + q * filters + b * width);
    gradient[blocks - 1] = load_as<V>(dy + q * filters + (blocks - 1) * width, last);
    for (int t = 0; t < taps; ++t) {
      const V value = broadcast<V>(x[q * step + t]);
      for (int b = 0; b < blocks; ++b) total[t][b] += value * gradient[b];
    }
  }
  for (int t = 0; t < taps; ++t)
    for (int b = 0; b < blocks; ++b) store(sums + t * channels + b * width, total[t][b]);
}

/// Adds the products of one row of dy with all taps of one window row, for `blocks` registers of filters from k on.
template <class V, int blocks>
void add_window_row(float* sums, const float* x_row, const float* dy_row, const Conv2d& d, int k) {
  const std::int64_t channels = channels_of(d), taps = std::int64_t(d.s) * d.c;
  const int last = d.k - k - (blocks - 1) * lanes_of<V>;
  for_tiles<tile_of_neighbours<blocks>>(taps, [&]<int tile>(std::int64_t t) {
    float* const to = sums + t * channels + k;
    if (last >= lanes_of<V>)
      add_row<V, tile, blocks>(to, x_row + t, dy_row + k, d, channels, std::integral_constant<int, lanes_of<V>>());
    else
      add_row<V, tile, blocks>(to, x_row + t, dy_row + k, d, channels, last);
  });
}

/// Adds one row's bias gradient.
void add_bias_row(float* sums, const float* dy_row, const Conv2d& d) {
  const std::int64_t outputs = d.q();
  for_registers(d.k, [&]<class V>(int k, auto count) {
    V total = load_as<V>(sums + k);
    for (std::int64_t q = 0; q < outputs; ++q) total += load_as<V>(dy_row + q * d.k + k, count);
    store(sums + k, total);
  });
}

/// Sums all rows of one slice.
void sum_slice(float* sums, const float* padded_x, const float* dy, const Conv2d& d, std::int64_t begin,
               std::int64_t end) {
  const Padded padded(d);
  const std::int64_t window_row = std::int64_t(d.s) * d.c * channels_of(d);
  std::fill_n(sums, sums_of(d).size, 0.0f);
  for (std::int64_t y_row = begin; y_row < end; ++y_row) {
    const float* dy_row = dy + y_row * d.q() * d.k;
    const float* x_row = padded_x + y_row / d.p() * padded.image() + y_row % d.p() * d.stride * padded.row();
    add_bias_row(sums + d.r * window_row, dy_row, d);
    for (std::int64_t r = 0; r < d.r; ++r, x_row += padded.row())
      for_blocks(d.k, [&]<class V, int blocks>(int k) {
        add_window_row<V, blocks>(sums + r * window_row, x_row, dy_row, d, k);
      });
  }
}

}  // namespace

std::size_t conv2d_filter_gradient_simd_workspace(const Conv2d& d) {
  return std::size_t(sums_of(d).partial_size() + d.n * Padded(d).image()) * sizeof(float);
}

void conv2d_filter_gradient_simd(float* dw, float* db, const float* x, const float* dy, const Conv2d& d,
                                 void* workspace, stream_t) {
  const SlicedSums sums = sums_of(d);
  float* const partial = static_cast<float*>(workspace);
  float* const images = partial + sums.partial_size();
  pad_images(images, x, d);
  const std::int64_t taps = std::int64_t(d.r) * d.s * d.c;
  sums.sum(partial, double(d.y_size()) * taps,
           [&](float* to, std::int64_t begin, std::int64_t end) { sum_slice(to, images, dy, d, begin, end); });
  sums.write_gradients(dw, db, partial, d.k, taps);
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
