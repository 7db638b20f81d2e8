// add.h - the interface of residual addition, NHWC, and of the sum of two gradients.
//
//   y[n,h,w,c] = act( a[n,h,w,c] + skip[n, h skip_stride, w skip_stride, c - before] )
//
// The second term is 0 if c - before is not a channel of skip; before = (c - skip_c) / 2. This is the shortcut
// without parameters: skip is subsampled and padded with channels of zeros on both sides. Equal shapes are plainly
// added. Source: He, Zhang, Ren and Sun 2016, "Deep residual learning for image recognition", option A.
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/variant.h"

namespace gs {

struct Add {
  int n = 1, h = 1, w = 1, c = 1;          ///< extents of a and y
  int skip_h = 1, skip_w = 1, skip_c = 1;  ///< extents of skip; it has n images, too
  int skip_stride = 1;
  bool relu = false;  ///< act(z) = max(z, 0)

  GS_BOTH constexpr int before() const { return (c - skip_c) / 2; }
  GS_BOTH constexpr std::int64_t size() const { return std::int64_t(n) * h * w * c; }
  GS_BOTH constexpr std::int64_t skip_size() const { return std::int64_t(n) * skip_h * skip_w * skip_c; }
  constexpr bool same_shapes() const { return skip_stride == 1 && skip_h == h && skip_w == w && skip_c == c; }
  /// Every pixel of y has a pixel of skip, which may have fewer channels.
  constexpr bool fits() const {
    return skip_stride >= 1 && skip_c <= c && skip_h > (h - 1) * skip_stride && skip_w > (w - 1) * skip_stride;
  }
  auto operator<=>(const Add&) const = default;
};

/// y [n,h,w,c].
template <class T>
struct AddForward {
  static constexpr std::string_view name = "add forward";
  static constexpr bool joins_relu = true;  ///< Problem::relu
  using Stored = T;
  using Problem = Add;
  using Launch = void(T* y, const T* a, const T* skip, const Add&, void* workspace, stream_t);
};
/// dskip [n,skip_h,skip_w,skip_c]: dy at the elements that y read, 0 at those that it skipped. If `relu_output` is
/// given (skip itself, the output of a ReLU), dskip = 0 where it is <= 0. The gradient of a is dy itself. The caller
/// has already masked dy by y's own ReLU.
template <class T>
struct AddSkipBackward {
  static constexpr std::string_view name = "add skip backward";
  static constexpr GradientMask masks[] = {{0, 2}};
  using Stored = T;
  using Problem = Add;
  using Launch = void(T* dskip, const T* dy, const T* relu_output, const Add&, void* workspace, stream_t);
};

struct Sum {
  std::int64_t size = 1;
  auto operator<=>(const Sum&) const = default;
};

/// sum = a + b, the gradient of a value that is read twice; 0 where `relu_output`, if given, is <= 0.
template <class T>
struct SumGradients {
  static constexpr std::string_view name = "sum gradients";
  static constexpr GradientMask masks[] = {{0, 3}};
  using Stored = T;
  using Problem = Sum;
  using Launch = void(T* sum, const T* a, const T* b, const T* relu_output, const Sum&, void* workspace, stream_t);
};

template <class T>
Cost cost(AddForward<T>, const Add&);
template <class T>
Cost cost(AddSkipBackward<T>, const Add&);
template <class T>
Cost cost(SumGradients<T>, const Sum&);

}  // namespace gs
