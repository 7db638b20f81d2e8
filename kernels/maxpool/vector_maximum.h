// vector_maximum.h - the maxima of 2x2 windows, one window and channel per lane. For *_simd.cu variants.
#pragma once
#include "kernels/common/host_vector.h"
#include "kernels/maxpool/maxpool.h"

namespace gs::GS_TARGET {

/// Per lane the outputs of a window, as in MaxPoolForward. V: Vec or HalfVec.
template <class V>
struct VectorMaximum {
  V value;
  Integers<V> argmax;
};

/// Makes v the maximum if it is larger or the first NaN.
template <class V>
GS_INLINE void compare(VectorMaximum<V>& maximum, const V& v, int place) {
  const Integers<V> taken = ~(v <= maximum.value) & (maximum.value == maximum.value);
  maximum.value = taken ? v : maximum.value;
  maximum.argmax = taken ? Integers<V>{} + place : maximum.argmax;
}

/// The maximum of the window a b above c d, and the position of the first maximum or of the first NaN; with
/// `relu`, before or after the pool, a maximum that is not positive has no gradient.
template <bool relu, class V>
GS_INLINE VectorMaximum<V> maximum_of_window(const V& a, const V& b, const V& c, const V& d) {
  VectorMaximum<V> maximum{a, {}};
  compare(maximum, b, 1);
  compare(maximum, c, 2);
  compare(maximum, d, 3);
  if (relu) maximum.argmax = maximum.value <= 0 ? Integers<V>{} + MaxPool::no_gradient : maximum.argmax;
  return maximum;
}

}  // namespace gs::GS_TARGET
