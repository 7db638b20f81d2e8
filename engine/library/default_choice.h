// default_choice.h - decides, without timing, if a library's implementation is the default.
#pragma once
#include "kernels/conv2d/conv2d.h"
#include "kernels/dense/dense.h"

namespace gs {

/// The rule of `--impl default`: true if the library's implementation should beat the own ones for this problem.
template <class T>
bool library_pays(Conv2dForward<T>, const Conv2d&, Target);
template <class T>
bool library_pays(Conv2dDataGradient<T>, const Conv2d&, Target);
template <class T>
bool library_pays(Conv2dFilterGradient<T>, const Conv2d&, Target);
template <class T>
bool library_pays(DenseForward<T>, const Dense&, Target);
template <class T>
bool library_pays(DenseDataGradient<T>, const Dense&, Target);
template <class T>
bool library_pays(DenseWeightGradient<T>, const Dense&, Target);
/// All other ops: libraries do not implement them.
template <class Op>
bool library_pays(Op, const typename Op::Problem&, Target) {
  return false;
}

}  // namespace gs
