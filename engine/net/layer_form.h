// layer_form.h - what a layer computes, as plain numbers: for those who write a network down for another program.
#pragma once
#include <variant>

#include "engine/net/shape.h"

namespace gs {

struct Conv2dForm {
  int kernel = 1, stride = 1, pad = 0, groups = 1;
};
struct DenseForm {};
struct ReluForm {};
struct MaxPoolForm {
  int window = 1, stride = 1;
};
struct AveragePoolForm {
  int window_h = 1, window_w = 1, stride = 1;
};
/// y = x / (k + alpha sum of x^2 over `window` channels)^beta
struct LrnForm {
  int window = 5;
  float k = 2, alpha = 1e-4f, beta = 0.75f;
};
struct BatchNormForm {
  float epsilon = 0;
};
struct FlattenForm {};
struct DropoutForm {};  ///< without effect in evaluation
/// Every stride-th pixel of the second input, with `before` channels of zeros in front of its channels and zeros after
/// them, is added to the first.
struct AddForm {
  Shape skip;
  int stride = 1, before = 0;
};
struct ConcatForm {};

using LayerForm = std::variant<Conv2dForm, DenseForm, ReluForm, MaxPoolForm, AveragePoolForm, LrnForm, BatchNormForm,
                               FlattenForm, DropoutForm, AddForm, ConcatForm>;

}  // namespace gs
