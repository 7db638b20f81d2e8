// conv2d_pool.h - a fused convolution with bias and ReLU and 2x2 max-pool; the full-size output is never stored.
//
//   y[n,p,q,k] = max over i, j in {0, 1} of act(conv(x, w) + bias)[n, 2p+i, 2q+j, k]
//
// The backward pass does not need that output: the pool's gradient needs the index of the maximum, the convolution's
// needs dy and x. Saves about three quarters of the layer's bytes.
#pragma once
#include "kernels/conv2d/conv2d.h"
#include "kernels/maxpool/maxpool.h"

namespace gs {

struct Conv2dPool {
  Conv2d conv;
  MaxPool pool;  ///< of the convolution's output: n, h, w, c are its n, p(), q(), k
  auto operator<=>(const Conv2dPool&) const = default;
};

/// y and argmax as in MaxPoolForward.
template <class T>
struct Conv2dPoolForward {
  static constexpr std::string_view name = "conv2d pool forward";
  using Stored = T;
  using Problem = Conv2dPool;
  using Launch = void(T* y, std::uint8_t* argmax, const T* x, const T* w, const T* bias, const Conv2dPool&,
                      void* workspace, stream_t);
};

/// The convolution's filter gradient from the gradient of the pooled output:
///   dw[k,r,s,c] = sum_{n,p,q} dy[n,p,q,k] x[n, h*stride-pad+r, w*stride-pad+s, c];  db[k] = sum_{n,p,q} dy[n,p,q,k]
/// (h, w) is the maximum of window (p, q) in the convolution's output; windows whose argmax is none of their pixels
/// contribute nothing. dw and db as in Conv2dFilterGradient, dy and argmax as in MaxPoolBackward.
template <class T>
struct Conv2dPoolFilterGradient {
  static constexpr std::string_view name = "conv2d pool filter gradient";
  using Stored = T;
  using Problem = Conv2dPool;
  using Launch = void(float* dw, float* db, const T* x, const T* dy, const std::uint8_t* argmax, const Conv2dPool&,
                      void* workspace, stream_t);
};

/// The convolution's data gradient from the gradient of the pooled output:
///   dx[n,h,w,c] = sum over the windows (p, q) and taps (r, s) that fit, and over k, of dy[n,p,q,k] w[k,r,s,c]
/// (r, s) leads from (h, w) to the maximum of window (p, q), whose argmax must be one of its pixels. relu_output as in
/// Conv2dDataGradient, dy and argmax as in MaxPoolBackward.
template <class T>
struct Conv2dPoolDataGradient {
  static constexpr std::string_view name = "conv2d pool data gradient";
  static constexpr GradientMask masks[] = {{0, 4}};
  using Stored = T;
  using Problem = Conv2dPool;
  using Launch = void(T* dx, const T* dy, const std::uint8_t* argmax, const T* w, const T* relu_output,
                      const Conv2dPool&, void* workspace, stream_t);
};

template <class T>
Cost cost(Conv2dPoolForward<T>, const Conv2dPool&);
template <class T>
Cost cost(Conv2dPoolFilterGradient<T>, const Conv2dPool&);
template <class T>
Cost cost(Conv2dPoolDataGradient<T>, const Conv2dPool&);

}  // namespace gs
