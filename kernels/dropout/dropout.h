// dropout.h - inverted dropout: y = x m / (1 - rate), m = 1 with probability 1 - rate.
//
// The mask is never stored: m[i] is a pure function of (seed, layer, step, first + i) through Philox, so the backward
// pass recomputes it. Source: Srivastava et al. 2014; the inverted form as in Keras and PyTorch.
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/step_state.h"
#include "kernels/common/variant.h"

namespace gs {

struct Dropout {
  std::int64_t size = 1;
  float rate = 0;           ///< probability of a zero, in [0, 1)
  std::uint32_t layer = 0;  ///< index of this dropout in the network: part of the random counter
  std::int64_t first = 0;   ///< index in the whole batch of element 0, if these rows are a part of it
  /// Factor of kept elements.
  float scale() const { return float(1 / (1 - double(rate))); }
  /// A group of four elements is one word of the random counter.
  bool fits_counter() const { return first + size <= std::int64_t(4) << 32; }
  auto operator<=>(const Dropout&) const = default;
};

/// y = x m / (1 - rate). y may be x.
template <class T>
struct DropoutForward {
  static constexpr std::string_view name = "dropout forward";
  using Stored = T;
  using Problem = Dropout;
  using Launch = void(T* y, const T* x, const StepState*, const Dropout&, void* workspace, stream_t);
};
/// dx = dy m / (1 - rate). If `relu_output` (the output of the layer below) is given, dx = 0 where it is <= 0. dx may
/// be dy.
template <class T>
struct DropoutBackward {
  static constexpr std::string_view name = "dropout backward";
  static constexpr GradientMask masks[] = {{0, 2}};
  using Stored = T;
  using Problem = Dropout;
  using Launch = void(T* dx, const T* dy, const T* relu_output, const StepState*, const Dropout&, void* workspace,
                      stream_t);
};

template <class T>
Cost cost(DropoutForward<T>, const Dropout&);
template <class T>
Cost cost(DropoutBackward<T>, const Dropout&);

}  // namespace gs
