// vector_maximum.h - the maxima of 2x2 windows, one window and channel per lane. For *_simd.cu variants.
#pragma once
#include "kernels/common/host_vector.h"
#include "kernels/maxpool/maxpool.h"

namespace gs::GS_TARGET {

/// Per lane the outputs of a window, as in MaxPoolForward.
struct VectorMaximum {
  Vec value;
  IntVec argmax;
};

/// Per lane the larger of the two; NaN if either is NaN.
GS_INLINE Vec larger_or_nan(const Vec& best, const Vec& v) {
  return (v > best) | (v != v) ? v : best;
}

/// The maximum of the window a b above c d, and the position of the first maximum or of the first NaN; with
/// `relu_input`, a maximum that is not positive has no gradient.
template <bool relu_input>
GS_INLINE VectorMaximum maximum_of_window(const Vec& a, const Vec& b, const Vec& c, const Vec& d) {
  const Vec best = larger_or_nan(larger_or_nan(larger_or_nan(a, b), c), d);
  IntVec place = IntVec{} + 3;
  place = select((c == best) | (c != c), 2, place);
  place = select((b == best) | (b != b), 1, place);
  place = select((a == best) | (a != a), 0, place);
  if (relu_input) place = select(best <= 0, MaxPool::no_gradient, place);
  return {best, place};
}

}  // namespace gs::GS_TARGET
