// conv2d_pool_filter_window.cu - the filter gradient of a convolution of few input channels, from the gradient of its
// pooled output: a thread per pool window and one or two filters, in fp32 on CUDA cores.
//
//   dw[k,r,s,c] = sum_{n,p,q} dy[n,p,q,k] x[n, 2p+i-pad+r, 2q+j-pad+s, c], where argmax[n,p,q,k] = 2i + j
//
// Compared with a max-pool's backward pass followed by a filter gradient: of the four pixels of a pool window three
// have the gradient 0, and they are neither stored nor multiplied. A block has a band of x, with zeros around the
// image, in shared memory; a thread keeps the sums of its filters in registers, and each window adds one product per
// tap, with the pixels where `argmax` says. The lanes of a warp that share a window differ by at most one pixel in each
// direction, and the rows of the band are half of the banks apart: their reads do not conflict for one channel. The
// sums of the block are added in shared memory, those of the blocks by the last one to arrive (last_block.h), both in a
// fixed order. 5 bytes (in bf16 3) and 2 taps + 1 operations for each value of the pooled map: bound by instructions.
#include "kernels/common/divide.h"
#include "kernels/common/last_block.h"
#include "kernels/common/parts.h"
#include "kernels/common/reduce.h"
#include "kernels/common/registration.h"
#include "kernels/conv2d_pool/conv2d_pool.h"
#include "kernels/conv2d_pool/few_channels.h"

namespace gs::GS_TARGET {
namespace {

constexpr int gradient_threads = 128;
constexpr int gradient_shared_floats = 12288;  ///< of a band, in 48 KiB
constexpr int fewest_lanes = 4;                ///< of a warp, with the filters of one window
constexpr int at_once = 4;                     ///< loads of a thread, before it uses the first

/// Rows of windows that a block takes at a time; a band lies in one image.
struct Bands {
  int rows, per_image, count;
  int blocks;  ///< that share them
  int pitch;   ///< floats between the rows of x in shared memory
};

/// One value per filter of a thread, loaded at once.
template <int filters, class T>
struct alignas(filters * sizeof(T)) OfFilters {
  T of[filters];
};

/// Adds the products of one window and filter to sums[0 .. taps), and its gradient to sums[taps].
template <class Filter>
__device__ inline void add_window(float (&sums)[Filter::taps + 1], float gradient, const float* pixels, int pitch) {
  float values[Filter::taps];
#pragma unroll
  for (int r = 0; r < Filter::size; ++r)
#pragma unroll
    for (int s = 0; s < Filter::across; ++s) values[r * Filter::across + s] = pixels[r * pitch + s];
#pragma unroll
  for (int tap = 0; tap < Filter::taps; ++tap) sums[tap] += gradient * values[tap];
  sums[Filter::taps] += gradient;
}

/// dw and db. A block is (lanes along the filters, windows); the blocks of a group of filters share the bands. Their
/// sums lie in `partial` [group, block, value, lane].
template <class Filter, int filters, class T>
__global__ void __launch_bounds__(gradient_threads)
    filter_gradient_window(float* __restrict__ dw, float* __restrict__ db, const T* __restrict__ x,
                           const T* __restrict__ dy, const std::uint8_t* __restrict__ argmax, Conv2d d, Bands bands,
                           Divider by_bands, int down, int across, Divider by_across, unsigned* counters,
                           float4* partial) {
  GS_DYNAMIC_SHARED(float, shared);
  constexpr int channels = Filter::channels, taps = Filter::taps;
  const int thread = int(threadIdx.y * blockDim.x + threadIdx.x), lane = thread % 32, warp = thread / 32;
  const int first_k = int(blockIdx.y * blockDim.x + threadIdx.x) * filters;
  const int x_row = d.w * channels, width = (2 * across + Filter::size - 1) * channels;
  float sums[filters][taps + 1] = {};
  for (int band = int(blockIdx.x); band < bands.count; band += int(gridDim.x)) {
    int n = band;
    const int first = by_bands.split(n) * bands.rows;
    const int rows = first + bands.rows < down ? bands.rows : down - first;
    __syncthreads();  // the band before this one has been read
    const int pixel_rows = 2 * rows + Filter::size - 1, top = 2 * first - d.pad;
    for (int s = thread; s < width; s += gradient_threads) {
      const int column = s - d.pad * channels;
      const bool in_row = unsigned(column) < unsigned(x_row);
      for (int r = 0; r < pixel_rows; r += at_once) {
        float values[at_once];
#pragma unroll
        for (int i = 0; i < at_once; ++i) {
          const int h = top + r + i;
          values[i] = in_row && unsigned(h) < unsigned(d.h) ? widened(x[(n * d.h + h) * x_row + column]) : 0.0f;
        }
#pragma unroll
        for (int i = 0; i < at_once; ++i)
          if (r + i < pixel_rows) shared[(r + i) * bands.pitch + s] = values[i];
      }
    }
    __syncthreads();
    if (first_k >= d.k) continue;
    const int first_window = (n * down + first) * across, windows = rows * across;
    const int step = int(blockDim.y);
    const auto add_windows = [&]<int count>(std::integral_constant<int, count>, int i) {
      OfFilters<filters, T> gradient[count];
      OfFilters<filters, std::uint8_t> index[count];
#pragma unroll
      for (int j = 0; j < count; ++j) {
        const int at = (first_window + i + j * step) * d.k + first_k;
        gradient[j] = *reinterpret_cast<const OfFilters<filters, T>*>(dy + at);
        index[j] = *reinterpret_cast<const OfFilters<filters, std::uint8_t>*>(argmax + at);
      }
#pragma unroll
      for (int j = 0; j < count; ++j) {
        int row = i + j * step;
        const int q = by_across.split(row);
        const float* corner = shared + 2 * row * bands.pitch + 2 * q * channels;
#pragma unroll
        for (int f = 0; f < filters; ++f) {
          const int place = index[j].of[f];
          add_window<Filter>(sums[f], place < 4 ? widened(gradient[j].of[f]) : 0.0f,
                             corner + (place & 2 ? bands.pitch : 0) + (place & 1 ? channels : 0), bands.pitch);
        }
      }
    };
    int i = int(threadIdx.y);
    for (; i + (at_once - 1) * step < windows; i += at_once * step)
      add_windows(std::integral_constant<int, at_once>(), i);
    for (; i < windows; i += step) add_windows(std::integral_constant<int, 1>(), i);
  }

  // All sums of the block, then the totals of its windows. Value i is of filter i / (taps + 1) of a lane.
  constexpr int values = filters * (taps + 1);
  __syncthreads();
#pragma unroll
  for (int i = 0; i < values; ++i) shared[i * gradient_threads + thread] = sums[i / (taps + 1)][i % (taps + 1)];
  __syncthreads();
  const int lanes = int(blockDim.x), slices = int(gridDim.x), slice = int(blockIdx.x), group = int(blockIdx.y);
  const int size = values * lanes / 4;
  const SlicesOfSum of_group{partial + std::int64_t(group) * slices * size,
                             counters + group * (slice_teams(slices) + 1), slices, size};
  auto* of_block = reinterpret_cast<float*>(of_group.partial + std::int64_t(slice) * size);
  for (int i = warp; i < values; i += gradient_threads / 32) {
    float sum = 0;
#pragma unroll
    for (int j = 0; j < gradient_threads; j += 32) sum += shared[i * gradient_threads + j + lane];
#pragma unroll
    for (int distance = 16; distance >= fewest_lanes; distance /= 2)
      if (distance >= lanes) sum += __shfl_xor_sync(all_lanes, sum, distance);
    if (lane < lanes) of_block[i * lanes + lane] = sum;
  }
  auto* const last = reinterpret_cast<int*>(shared);
  add_slices_in_last_block<gradient_threads>(of_group, slice, thread, last, [&](int at, const float4& v) {
    const float four[4] = {v.x, v.y, v.z, v.w};  // of adjacent lanes
    const int value = 4 * at / lanes, tap = value % (taps + 1);
    const int filter = (group * lanes + 4 * at % lanes) * filters + value / (taps + 1);
#pragma unroll
    for (int e = 0; e < 4; ++e)
      if (const int k = filter + e * filters; k < d.k) (tap < taps ? dw[k * taps + tap] : db[k]) = four[e];
  });
}

/// A row is at least `width` floats long, and rows are half of the 32 banks apart.
int pitch_of(const Conv2dPool& d) {
  const int width = (2 * d.pool.q() + d.conv.s - 1) * d.conv.c;
  return parts(width + 16, 32) * 32 - 16;
}

/// The most rows of windows whose pixels fit shared memory; 0 if not even one does.
int most_rows(const Conv2dPool& d) {
  return (gradient_shared_floats / pitch_of(d) - (d.conv.r - 1)) / 2;
}

/// The threads of a block along its filters, the filters of a thread, and the blocks that share all filters.
struct FilterLanes {
  int lanes, filters, groups;
};
FilterLanes filter_lanes(const Conv2d& d) {
  const int filters = d.r * d.s * d.c <= 9 && d.k % 2 == 0 ? 2 : 1;
  int lanes = fewest_lanes;
  while (lanes < 32 && lanes * filters < d.k) lanes *= 2;
  return {lanes, filters, parts(d.k, lanes * filters)};
}

/// One block for each SM, two if a thread then still has many windows; few rows in a band, so that all blocks have
/// about as many.
Bands bands_of(const Conv2dPool& d) {
  constexpr int multiprocessors = 132, many_windows = 16;
  const FilterLanes along = filter_lanes(d.conv);
  const int total = d.pool.n * d.pool.p(), most = most_rows(d) < 8 ? most_rows(d) : 8;
  const std::int64_t work = std::int64_t(total) * d.pool.q() * along.lanes * along.groups;
  const int wanted = (work > multiprocessors * gradient_threads * many_windows ? 2 : 1) * multiprocessors;
  const int blocks = wanted > along.groups ? wanted / along.groups : 1;  // that share the bands
  const int bands_per_block = parts(total, blocks * most);
  const int rows = parts(total, blocks * bands_per_block);
  const int per_image = parts(d.pool.p(), rows < d.pool.p() ? rows : d.pool.p()), count = per_image * d.pool.n;
  return {parts(d.pool.p(), per_image), per_image, count, count < blocks ? count : blocks, pitch_of(d)};
}

std::size_t conv2d_pool_filter_gradient_window_counters(const Conv2dPool& d) {
  return slice_counter_bytes(filter_lanes(d.conv).groups, bands_of(d).blocks);
}

std::size_t conv2d_pool_filter_gradient_window_workspace(const Conv2dPool& d) {
  const FilterLanes along = filter_lanes(d.conv);
  const int sums = along.groups * along.lanes * along.filters * (d.conv.r * d.conv.s * d.conv.c + 1);
  return conv2d_pool_filter_gradient_window_counters(d) +
         std::size_t(bands_of(d).blocks) * std::size_t(sums) * sizeof(float);
}

bool conv2d_pool_filter_gradient_window_supports(const Conv2dPool& d) {
  return has_few_channels(d) && most_rows(d) > 0;
}

template <class Filter, int filters, class T>
void launch_window(float* dw, float* db, const T* x, const T* dy, const std::uint8_t* argmax, const Conv2dPool& d,
                   void* workspace, stream_t s) {
  const Bands bands = bands_of(d);
  auto* const partial = static_cast<std::byte*>(workspace) + conv2d_pool_filter_gradient_window_counters(d);
  const FilterLanes along = filter_lanes(d.conv);
  const std::size_t pixels = std::size_t(2 * bands.rows + d.conv.r - 1) * std::size_t(bands.pitch);
  const std::size_t sums = std::size_t(filters * (Filter::taps + 1)) * gradient_threads;
  const dim3 block(unsigned(along.lanes), unsigned(gradient_threads / along.lanes));
  launch<filter_gradient_window<Filter, filters, T>>(
      {dim3(unsigned(bands.blocks), unsigned(along.groups)), block, (pixels > sums ? pixels : sums) * sizeof(float)}, s,
      dw, db, x, dy, argmax, d.conv, bands, Divider(bands.per_image), d.pool.p(), d.pool.q(), Divider(d.pool.q()),
      static_cast<unsigned*>(workspace), reinterpret_cast<float4*>(partial));
}

template <class T>
void conv2d_pool_filter_gradient_window(float* dw, float* db, const T* x, const T* dy, const std::uint8_t* argmax,
                                        const Conv2dPool& d, void* workspace, stream_t s) {
  with_few_channels(d.conv, [&](auto filter) {
    using Filter = decltype(filter);
    if constexpr (Filter::taps <= 9)
      if (filter_lanes(d.conv).filters == 2) return launch_window<Filter, 2>(dw, db, x, dy, argmax, d, workspace, s);
    launch_window<Filter, 1>(dw, db, x, dy, argmax, d, workspace, s);
  });
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<Conv2dPoolFilterGradient<T>>({.name = "window",
                                             .rank = 1,
                                             .targets = on_blocks,
                                             .launch = &conv2d_pool_filter_gradient_window<T>,
                                             .supports = &conv2d_pool_filter_gradient_window_supports,
                                             .workspace_bytes = &conv2d_pool_filter_gradient_window_workspace,
                                             .counter_bytes = &conv2d_pool_filter_gradient_window_counters});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
