// few_channels.h - the first layer of a network: filters over one or three input channels, whose shape is known when
// the kernels are compiled, so that pixels and sums stay in registers.
#pragma once
#include "kernels/common/kernel.h"
#include "kernels/conv2d_pool/conv2d_pool.h"

namespace gs::GS_TARGET {

/// A square filter of stride 1.
template <int channels_, int size_>
struct FewChannels {
  static constexpr int channels = channels_, size = size_;
  static constexpr int across = size * channels;  ///< values in a row of the filter
  static constexpr int taps = size * across;
};

/// Calls body(FewChannels<...>()) with the shape of the layer's filters; false if there is none for it.
template <class Body>
bool with_few_channels(const Conv2d& d, const Body& body) {
  if (d.r != d.s || d.stride != 1 || d.groups != 1) return false;
  if (d.c == 1 && d.r == 3) return body(FewChannels<1, 3>()), true;
  if (d.c == 1 && d.r == 5) return body(FewChannels<1, 5>()), true;
  if (d.c == 3 && d.r == 3) return body(FewChannels<3, 3>()), true;
  return false;
}

/// Also, indices into the tensors fit 32 bits, and the filters, four to a block, a grid.
inline bool has_few_channels(const Conv2dPool& d) {
  constexpr std::int64_t most = 1 << 30;
  return d.pool.window == 2 && d.pool.stride == 2 && with_few_channels(d.conv, [](auto) {}) && d.conv.x_size() < most &&
         d.conv.y_size() < most && d.conv.k <= 4 * 65535;
}

}  // namespace gs::GS_TARGET
