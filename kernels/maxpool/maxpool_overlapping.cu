// maxpool_overlapping.cu - the gradient of 3x3 max-pools of stride 2, one thread per 2x2 pixels and 16 bytes of
// channels.
//
// Changed from maxpool_windows: the windows overlap by a row and a column, so that the four pixels (2r, 2s) ..
// (2r+1, 2s+1) lie in the windows (r-1, s-1) .. (r, s). A thread reads 16 bytes of the gradient of each of the four
// with their indices and compares nine times per channel, once for each position that is one of its pixels. dy is read
// four times, three of them from the cache; 11 bytes per output element in bf16 from memory, which bound it.
#include "kernels/common/divide.h"
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/common/run.h"
#include "kernels/maxpool/maxpool.h"

namespace gs::GS_TARGET {
namespace {

/// `blocks`: the 2x2 pixels that touch the images, times groups of channels.
template <class T>
__global__ void backward_overlapping(T* __restrict__ dx, const T* __restrict__ dy,
                                     const std::uint8_t* __restrict__ argmax, MaxPool m, int blocks, Divider by_groups,
                                     Divider by_across, Divider by_down) {
  constexpr int size = run_of_16_bytes<T>;
  const int rows = (m.h - 1) / 2, columns = (m.w - 1) / 2;  // m.p() and m.q() without a division by m.stride
  for (std::int64_t i : grid_stride(blocks)) {
    int image = int(i);
    const int channel = by_groups.split(image) * size, column = by_across.split(image), row = by_down.split(image);
    float sums[2][2][size] = {};
#pragma unroll
    for (int up = 1; up >= 0; --up)  // in the order of maxpool_element, so with the same bits
#pragma unroll
      for (int left = 1; left >= 0; --left) {
        const int p = row - up, q = column - left;
        if (p < 0 || p >= rows || q < 0 || q >= columns) continue;
        const int at = ((image * rows + p) * columns + q) * m.c + channel;
        float gradient[size];
        load_runs<size>(gradient, dy + at);
        const auto index = *reinterpret_cast<const Run<std::uint8_t, size>*>(argmax + at);
#pragma unroll
        for (int r = 2 * up; r < 3 && r < 2 * up + 2; ++r)
#pragma unroll
          for (int s = 2 * left; s < 3 && s < 2 * left + 2; ++s)
#pragma unroll
            for (int e = 0; e < size; ++e)
              sums[r - 2 * up][s - 2 * left][e] += index.of[e] == 3 * r + s ? gradient[e] : 0.0f;
      }
    T* const origin = dx + ((image * m.h + 2 * row) * m.w + 2 * column) * m.c + channel;
#pragma unroll
    for (int r = 0; r < 2; ++r)
#pragma unroll
      for (int s = 0; s < 2; ++s)
        if (2 * row + r < m.h && 2 * column + s < m.w) store_runs<size>(origin + (r * m.w + s) * m.c, sums[r][s]);
  }
}

template <class T>
void maxpool_backward_overlapping(T* dx, const T* dy, const std::uint8_t* argmax, const MaxPool& m, void*,
                                  stream_t stream) {
  const int across = (m.w + 1) / 2, down = (m.h + 1) / 2, groups = m.c / run_of_16_bytes<T>;
  const int blocks = m.n * down * across * groups;
  launch_elementwise<backward_overlapping<T>>(blocks, stream, dx, dy, argmax, m, blocks, Divider(groups),
                                              Divider(across), Divider(down));
}

template <class T>
bool three_by_three_in_runs(const MaxPool& m) {
  return m.window == 3 && m.stride == 2 && m.c % run_of_16_bytes<T> == 0 && m.x_size() < (std::int64_t(1) << 30);
}

template <class T>
void add_variants_overlapping(Registry& registry) {
  registry.add<MaxPoolBackward<T>>({.name = "overlapping",
                                    .rank = 4,
                                    .launch = &maxpool_backward_overlapping<T>,
                                    .supports = &three_by_three_in_runs<T>});
}
const Registration registration_overlapping(&add_variants_overlapping<float>, &add_variants_overlapping<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
