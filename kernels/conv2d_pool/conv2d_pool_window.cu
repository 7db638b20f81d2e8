// conv2d_pool_window.cu - a convolution of few input channels, fused with a 2x2 max-pool: a thread per pool window and
// group of filters, in fp32 on CUDA cores.
//
//   y[n,p,q,k] = max over i, j in {0, 1} of act( b[k] + sum_{r,s,c} x[n, 2p+i-pad+r, 2q+j-pad+s, c] w[k,r,s,c] )
//
// Changed from conv2d_pool_tiled: no matrix of windows. With one input channel a filter has 9 taps; a tile of 16 or 32
// taps is then mostly padding, and each of its elements costs an address and a test. Here a thread loads the pixels
// under its window once (4x4 for a 3x3 filter), keeps them in registers and multiplies them by one filter after the
// other. Filters lie in shared memory; all threads read the same one at a time, in 16-byte parts. So of a warp's
// instructions nearly half are multiply-adds. The sums are those of conv2d_tiled, bit for bit, in every precision. A
// window reads four new pixels and writes 5 bytes (in bf16 3) per filter for 72 operations: bound by instructions.
#include "kernels/common/divide.h"
#include "kernels/common/parts.h"
#include "kernels/common/registration.h"
#include "kernels/conv2d_pool/conv2d_pool.h"
#include "kernels/conv2d_pool/few_channels.h"
#include "kernels/conv2d_pool/window_maximum.h"

namespace gs::GS_TARGET {
namespace {

constexpr int window_threads = 128;

/// Writes to[0 .. count), `group` values at most, with one or two stores if they are all there and aligned.
template <int group, class T>
__device__ inline void store_group(T* to, const T (&values)[group], int count) {
  constexpr int part = group * sizeof(T) < 16 ? group : int(16 / sizeof(T));
  struct alignas(part * sizeof(T)) Part {
    T of[part];
  };
  if (count >= group && reinterpret_cast<std::uintptr_t>(to) % sizeof(Part) == 0) {
#pragma unroll
    for (int i = 0; i < group; i += part) {
      Part values_of_part;
#pragma unroll
      for (int j = 0; j < part; ++j) values_of_part.of[j] = values[i + j];
      *reinterpret_cast<Part*>(to + i) = values_of_part;
    }
  } else {
#pragma unroll
    for (int i = 0; i < group; ++i)
      if (i < count) to[i] = values[i];
  }
}

/// One thread per pool window; blockIdx.y is the group of filters.
template <class Filter, int group, class T>
__global__ void __launch_bounds__(window_threads)
    forward_window(T* __restrict__ y, std::uint8_t* __restrict__ argmax, const T* __restrict__ x,
                   const T* __restrict__ w, const T* __restrict__ bias, Conv2d d, int windows, Divider by_across,
                   Divider by_down) {
  constexpr int channels = Filter::channels, taps = Filter::taps;
  constexpr int row = (taps + 1 + 3) / 4 * 4;  // the weights of a filter, its bias, and padding to 16 bytes
  __shared__ __align__(16) float filters[group][row];
  const int first_k = int(blockIdx.y) * group;
  for (int i = int(threadIdx.x); i < group * row; i += window_threads) {
    const int k = first_k + i / row, tap = i % row;
    float value = 0;
    if (k < d.k && tap <= taps) value = widened(tap < taps ? w[k * taps + tap] : bias[k]);
    filters[i / row][tap] = value;
  }
  __syncthreads();
  const int window = int(blockIdx.x) * window_threads + int(threadIdx.x);
  if (window >= windows) return;
  int n = window;
  const int q = by_across.split(n), p = by_down.split(n);

  constexpr int edge = Filter::size + 1;  // of the pixels under a pool window
  float pixels[edge][edge * channels];
  const int top = 2 * p - d.pad, left = 2 * q - d.pad;
#pragma unroll
  for (int r = 0; r < edge; ++r) {
    const T* from = x + ((n * d.h + top + r) * d.w + left) * channels;
#pragma unroll
    for (int s = 0; s < edge; ++s) {
      const bool inside = unsigned(top + r) < unsigned(d.h) && unsigned(left + s) < unsigned(d.w);
#pragma unroll
      for (int c = 0; c < channels; ++c) pixels[r][s * channels + c] = inside ? widened(from[s * channels + c]) : 0.0f;
    }
  }

  T maxima[group];
  std::uint8_t index[group];
#pragma unroll
  for (int k = 0; k < group; ++k) {
    float filter[row];
#pragma unroll
    for (int i = 0; i < row; i += 4) {
      const float4 part = *reinterpret_cast<const float4*>(&filters[k][i]);
      filter[i] = part.x, filter[i + 1] = part.y, filter[i + 2] = part.z, filter[i + 3] = part.w;
    }
    float sums[4] = {};
#pragma unroll
    for (int tap = 0; tap < taps; ++tap)
#pragma unroll
      for (int i = 0; i < 4; ++i)
        sums[i] += pixels[i / 2 + tap / Filter::across][i % 2 * channels + tap % Filter::across] * filter[tap];
    const auto maximum = window_maximum<float>([&](int i) { return sums[i] + filter[taps]; }, d.relu);
    maxima[k] = rounded<T>(maximum.value);
    index[k] = maximum.argmax;
  }
  const int at = window * d.k + first_k;
  store_group(y + at, maxima, d.k - first_k);
  store_group(argmax + at, index, d.k - first_k);
}

/// Calls body(group) with the filters of a thread: eight, or four where eight leave SMs without a block.
template <class Body>
void with_group(int windows, int filters, const Body& body) {
  constexpr int multiprocessors = 132;
  const auto blocks = [&](int group) { return parts(windows, window_threads) * parts(filters, group); };
  if (filters > 4 && blocks(8) >= multiprocessors) return body(std::integral_constant<int, 8>());
  body(std::integral_constant<int, 4>());
}

template <class T>
void conv2d_pool_forward_window(T* y, std::uint8_t* argmax, const T* x, const T* w, const T* bias, const Conv2dPool& d,
                                void*, stream_t s) {
  const Conv2d& conv = d.conv;
  const int windows = int(d.pool.y_size() / conv.k);
  with_few_channels(conv, [&](auto filter) {
    with_group(windows, conv.k, [&](auto group) {
      const dim3 grid(unsigned(parts(windows, window_threads)), unsigned(parts(conv.k, group)));
      launch<forward_window<decltype(filter), group, T>>({grid, dim3(window_threads)}, s, y, argmax, x, w, bias, conv,
                                                         windows, Divider(d.pool.q()), Divider(d.pool.p()));
    });
  });
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<Conv2dPoolForward<T>>({.name = "window",
                                      .rank = 4,
                                      .targets = on_blocks,
                                      .launch = &conv2d_pool_forward_window<T>,
                                      .supports = &has_few_channels});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
