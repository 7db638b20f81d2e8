// maxpool_groups.cu - max-pooling of any window and stride, one thread per output pixel and 16 bytes of channels.
//
// Changed from maxpool_element: indices are computed once for a group of channels, every load and store has 16 bytes
// (8 or 4 of indices), and the loop over the window compares whole groups.
#include "kernels/common/divide.h"
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/common/run.h"
#include "kernels/maxpool/maxpool.h"

namespace gs::GS_TARGET {
namespace {

/// `groups`: output pixels times groups of channels.
template <class T>
__global__ void forward_groups(T* __restrict__ y, std::uint8_t* __restrict__ argmax, const T* __restrict__ x, MaxPool m,
                               int groups, Divider by_groups, Divider by_across, Divider by_down) {
  constexpr int size = run_of_16_bytes<T>;
  for (std::int64_t i : grid_stride(groups)) {
    int image = int(i);
    const int channel = by_groups.split(image) * size, column = by_across.split(image), row = by_down.split(image);
    const T* corner = x + ((image * m.h + row * m.stride) * m.w + column * m.stride) * m.c + channel;
    float best[size];
    int index[size] = {};
    load_runs<size>(best, corner);
    for (int r = 0; r < m.window; ++r)
      for (int s = r == 0 ? 1 : 0; s < m.window; ++s) {
        float values[size];
        load_runs<size>(values, corner + (r * m.w + s) * m.c);
#pragma unroll
        for (int e = 0; e < size; ++e) {
          const bool better = !(values[e] <= best[e]) && best[e] == best[e];  // larger, or the first NaN
          best[e] = better ? values[e] : best[e];
          index[e] = better ? r * m.window + s : index[e];
        }
      }
    Run<std::uint8_t, size> indices;
#pragma unroll
    for (int e = 0; e < size; ++e)
      indices.of[e] = m.relu_input && best[e] <= 0 ? MaxPool::no_gradient : std::uint8_t(index[e]);
    store_runs<size>(y + i * size, best);
    *reinterpret_cast<Run<std::uint8_t, size>*>(argmax + i * size) = indices;
  }
}

template <class T>
void maxpool_forward_groups(T* y, std::uint8_t* argmax, const T* x, const MaxPool& m, void*, stream_t stream) {
  const int in_pixel = m.c / run_of_16_bytes<T>, groups = m.n * m.p() * m.q() * in_pixel;
  launch_elementwise<forward_groups<T>>(groups, stream, y, argmax, x, m, groups, Divider(in_pixel), Divider(m.q()),
                                        Divider(m.p()));
}

template <class T>
bool channels_in_runs(const MaxPool& m) {
  return m.window * m.window <= MaxPool::no_gradient && m.c % run_of_16_bytes<T> == 0 &&
         m.x_size() < (std::int64_t(1) << 30);
}

template <class T>
void add_variants_groups(Registry& registry) {
  registry.add<MaxPoolForward<T>>(
      {.name = "groups", .rank = 2, .launch = &maxpool_forward_groups<T>, .supports = &channels_in_runs<T>});
}
const Registration registration_groups(&add_variants_groups<float>, &add_variants_groups<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
