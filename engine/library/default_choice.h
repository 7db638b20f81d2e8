// default_choice.h - when a library's implementation is the default, without timing.
#pragma once
#include "kernels/conv2d/conv2d.h"
#include "kernels/dense/dense.h"

namespace gs {

/// The rule behind `--impl default`: does the library's implementation beat the project's own for this problem?
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
/// Ops that no library is asked for.
template <class Op>
bool library_pays(Op, const typename Op::Problem&, Target) {
  return false;
}

}  // namespace gs
