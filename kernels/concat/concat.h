// concat.h - the interface of concatenation along the channels, NHWC.
//
//   y[pixel, c] = a[pixel, c] for c < a_c, else b[pixel, c - a_c]
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/variant.h"

namespace gs {

struct Concat {
  std::int64_t pixels = 1;  ///< images times rows times columns
  int a_c = 1, b_c = 1;

  GS_BOTH constexpr int c() const { return a_c + b_c; }
  GS_BOTH constexpr std::int64_t size() const { return pixels * c(); }
  auto operator<=>(const Concat&) const = default;
};

/// y [pixels, a_c + b_c].
template <class T>
struct ConcatForward {
  static constexpr std::string_view name = "concat forward";
  using Stored = T;
  using Problem = Concat;
  using Launch = void(T* y, const T* a, const T* b, const Concat&, void* workspace, stream_t);
};
/// da [pixels, a_c] and db [pixels, b_c]: the channels of dy. If `relu_a` is given (a itself, the output of a ReLU),
/// da = 0 where it is <= 0; likewise db with `relu_b`.
template <class T>
struct ConcatBackward {
  static constexpr std::string_view name = "concat backward";
  static constexpr GradientMask masks[] = {{0, 3}, {1, 4}};
  using Stored = T;
  using Problem = Concat;
  using Launch = void(T* da, T* db, const T* dy, const T* relu_a, const T* relu_b, const Concat&, void* workspace,
                      stream_t);
};

template <class T>
Cost cost(ConcatForward<T>, const Concat&);
template <class T>
Cost cost(ConcatBackward<T>, const Concat&);

}  // namespace gs
