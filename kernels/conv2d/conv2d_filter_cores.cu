// conv2d_filter_cores.cu - the filter gradient on the cores of a CPU: sixteen filters in a register, several taps at a
// time.
//
// What changed from conv2d_direct: dy is read once per tile of taps, a row at a time, and multiplied with each of the
// tile's inputs while it is in a register. The batch's rows are cut into slices with sums of their own, which are added
// in a fixed order: the number of slices does not depend on the number of threads, so neither do the bits.
#include <algorithm>

#include "kernels/common/host_vector.h"
#include "kernels/conv2d/conv2d.h"

namespace gs::GS_TARGET {
namespace {

constexpr std::int64_t most_slices = 16;
constexpr int tap_tile = 8;  ///< 8 taps x 2 registers of filters = 16 sums

std::int64_t slices_of(const Conv2d& d) {
  return std::min<std::int64_t>(most_slices, std::int64_t(d.n) * d.p());
}
std::int64_t channels_of(const Conv2d& d) {
  return vectors_in(d.k) * lanes;
}
std::int64_t slice_size(const Conv2d& d) {
  return (std::int64_t(d.r) * d.s * d.c + 1) * channels_of(d);
}  // and the bias

/// Adds one row of outputs to sums[tap][channels], for `taps` taps beginning at x (neighbours in memory) and `blocks`
/// registers. Outputs q0 .. q1 are those whose input lies inside the image.
template <int taps, int blocks>
GS_INLINE void add_row(float* sums, const float* x, const float* dy, const Conv2d& d, std::int64_t q0, std::int64_t q1,
                       std::int64_t channels, std::int64_t count) {
  Vec total[taps][blocks];
  for (int t = 0; t < taps; ++t)
    for (int b = 0; b < blocks; ++b) total[t][b] = load(sums + t * channels + b * lanes);
  const std::int64_t step = std::int64_t(d.stride) * d.c;
  for (std::int64_t q = q0; q < q1; ++q) {
    Vec gradient[blocks];
    for (int b = 0; b < blocks; ++b) gradient[b] = load(dy + q * d.k + b * lanes, count - b * lanes);
    for (int t = 0; t < taps; ++t) {
      const Vec value = broadcast(x[q * step + t]);
      for (int b = 0; b < blocks; ++b) total[t][b] += value * gradient[b];
    }
  }
  for (int t = 0; t < taps; ++t)
    for (int b = 0; b < blocks; ++b) store(sums + t * channels + b * lanes, total[t][b]);
}

/// One row of dy with one row of the window: all channels of x, all filters.
void add_window_row(float* sums, const float* x_row, const float* dy_row, const Conv2d& d) {
  const std::int64_t channels = channels_of(d);
  for (std::int64_t s = 0; s < d.s; ++s) {
    // column = q * stride - pad + s must lie in [0, w)
    const std::int64_t offset = s - d.pad;
    const std::int64_t q0 = offset >= 0 ? 0 : (-offset + d.stride - 1) / d.stride;
    const std::int64_t q1 = d.w - 1 - offset < 0 ? 0 : std::min<std::int64_t>(d.q(), (d.w - 1 - offset) / d.stride + 1);
    if (q0 >= q1) continue;
    const float* x = x_row + offset * d.c;
    for (std::int64_t k = 0; k < d.k; k += 2 * lanes) {
      const bool two = d.k - k > lanes;
      std::int64_t c = 0;
      const auto tile = [&]<int taps>() {
        float* to = sums + (s * d.c + c) * channels + k;
        if (two)
          add_row<taps, 2>(to, x + c, dy_row + k, d, q0, q1, channels, d.k - k);
        else
          add_row<taps, 1>(to, x + c, dy_row + k, d, q0, q1, channels, d.k - k);
      };
      for (; c + tap_tile <= d.c; c += tap_tile) tile.template operator()<tap_tile>();
      for (; c < d.c; ++c) tile.template operator()<1>();
    }
  }
}

/// All rows of one slice into its own sums.
void sum_slice(float* sums, const float* x, const float* dy, const Conv2d& d, std::int64_t begin, std::int64_t end) {
  const std::int64_t channels = channels_of(d), window_row = std::int64_t(d.s) * d.c * channels;
  std::fill_n(sums, slice_size(d), 0.0f);
  float* const bias = sums + d.r * window_row;
  for (std::int64_t y_row = begin; y_row < end; ++y_row) {
    const std::int64_t image = y_row / d.p(), p = y_row % d.p();
    const float* dy_row = dy + y_row * d.q() * d.k;
    for (std::int64_t q = 0; q < d.q(); ++q)
      for (std::int64_t k = 0; k < d.k; ++k) bias[k] += dy_row[q * d.k + k];
    for (std::int64_t r = 0; r < d.r; ++r) {
      const std::int64_t row = p * d.stride - d.pad + r;
      if (row >= 0 && row < d.h) add_window_row(sums + r * window_row, x + (image * d.h + row) * d.w * d.c, dy_row, d);
    }
  }
}

}  // namespace

std::size_t conv2d_filter_gradient_cores_workspace(const Conv2d& d) {
  return std::size_t(slices_of(d) * slice_size(d)) * sizeof(float);
}

void conv2d_filter_gradient_cores(float* dw, float* db, const float* x, const float* dy, const Conv2d& d,
                                  void* workspace, stream_t) {
  float* const partial = static_cast<float*>(workspace);
  const std::int64_t slices = slices_of(d), size = slice_size(d), rows = std::int64_t(d.n) * d.p(),
                     channels = channels_of(d);
  const double work = double(d.y_size()) * d.r * d.s * d.c;
  host_shares(
      slices,
      [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t slice = begin; slice < end; ++slice)
          sum_slice(partial + slice * size, x, dy, d, rows * slice / slices, rows * (slice + 1) / slices);
      },
      work < 65536 ? slices : 1);
  const auto total = [&](std::int64_t at) {
    float sum = 0;
    for (std::int64_t slice = 0; slice < slices; ++slice) sum += partial[slice * size + at];
    return sum;
  };
  const std::int64_t taps = std::int64_t(d.r) * d.s * d.c;
  for (std::int64_t t = 0; t < taps; ++t)
    for (std::int64_t k = 0; k < d.k; ++k) dw[k * taps + t] = total(t * channels + k);
  for (std::int64_t k = 0; k < d.k; ++k) db[k] = total(taps * channels + k);
}

}  // namespace gs::GS_TARGET
