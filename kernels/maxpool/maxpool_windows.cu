// maxpool_windows.cu - the gradient of 2x2 max-pools of stride 2, one thread per window and 16 bytes of channels.
//
// Changed from maxpool_element: windows do not overlap, so a thread reads 16 bytes of dy with their indices and writes
// its window's four pixels, 16 bytes each; a pixel of an incomplete window at the edge is zero. Moves 21 bytes per
// output element in fp32; bound by memory, with about a twentieth of maxpool_element's instructions.
#include "kernels/common/divide.h"
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/common/run.h"
#include "kernels/maxpool/maxpool.h"

namespace gs::GS_TARGET {
namespace {

/// `windows`: those that touch the images, incomplete ones included, times groups of channels.
template <class T>
__global__ void backward_windows(T* __restrict__ dx, const T* __restrict__ dy, const std::uint8_t* __restrict__ argmax,
                                 MaxPool m, int windows, Divider by_groups, Divider by_across, Divider by_down) {
  constexpr int size = run_of_16_bytes<T>;
  const int rows = m.h / 2, columns = m.w / 2;  // m.p() and m.q() without a division by m.stride
  using Group = Run<T, size>;
  using Indices = Run<std::uint8_t, size>;
  for (std::int64_t i : grid_stride(windows)) {
    int image = int(i);
    const int channel = by_groups.split(image) * size, column = by_across.split(image), row = by_down.split(image);
    Group gradient = {};
    Indices index = {};
    if (row < rows && column < columns) {
      const int at = ((image * rows + row) * columns + column) * m.c + channel;
      gradient = *reinterpret_cast<const Group*>(dy + at);
      index = *reinterpret_cast<const Indices*>(argmax + at);
    }
    const int origin = ((image * m.h + 2 * row) * m.w + 2 * column) * m.c + channel;
#pragma unroll
    for (int pixel = 0; pixel < 4; ++pixel) {
      if (2 * row + pixel / 2 >= m.h || 2 * column + pixel % 2 >= m.w) continue;
      Group group;
#pragma unroll
      for (int e = 0; e < size; ++e) group.of[e] = index.of[e] == pixel ? gradient.of[e] : T();
      *reinterpret_cast<Group*>(dx + origin + (pixel / 2 * m.w + pixel % 2) * m.c) = group;
    }
  }
}

template <class T>
void maxpool_backward_windows(T* dx, const T* dy, const std::uint8_t* argmax, const MaxPool& m, void*,
                              stream_t stream) {
  const int across = (m.w + 1) / 2, down = (m.h + 1) / 2, groups = m.c / run_of_16_bytes<T>;
  const int windows = m.n * down * across * groups;
  launch_elementwise<backward_windows<T>>(windows, stream, dx, dy, argmax, m, windows, Divider(groups), Divider(across),
                                          Divider(down));
}

template <class T>
bool whole_groups(const MaxPool& m) {
  return m.window == 2 && m.stride == 2 && m.c % run_of_16_bytes<T> == 0 && m.x_size() < (std::int64_t(1) << 30);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<MaxPoolBackward<T>>({.name = "windows",
                                    .rank = 3,
                                    .targets = on_blocks,
                                    .launch = &maxpool_backward_windows<T>,
                                    .supports = &whole_groups<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
