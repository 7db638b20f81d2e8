// dense_dropout.h - a fused dense layer with bias and ReLU and inverted dropout; the value between them is never
// stored.
//
//   y[i,o] = act( b[o] + sum_j x[i,j] W[o,j] ) m[i,o] / (1 - rate)
//
// The backward pass does not need that value: with a ReLU, y is 0 exactly where the unit was dropped or its sum was not
// positive, so y itself is the mask of both (DenseDataGradient of the layer above, with its mask_scale).
#pragma once
#include "kernels/dense/dense.h"
#include "kernels/dropout/dropout.h"

namespace gs {

struct DenseDropout {
  Dense dense;
  Dropout dropout;  ///< of the dense layer's output: its size is n * out
  auto operator<=>(const DenseDropout&) const = default;
};

/// The bits of DenseForward by the variant of the same name, followed by DropoutForward. In bf16 the value in between
/// is not rounded, so results may differ by that rounding.
template <class T>
struct DenseDropoutForward {
  static constexpr std::string_view name = "dense dropout forward";
  using Stored = T;
  using Problem = DenseDropout;
  using Launch = void(T* y, const T* x, const T* w, const T* bias, const StepState*, const DenseDropout&,
                      void* workspace, stream_t);
};

template <class T>
Cost cost(DenseDropoutForward<T>, const DenseDropout&);

}  // namespace gs
