// tuning_key.h - a problem as words: what the autotuner's results are kept under, and what --explain prints.
#pragma once
#include <string>

#include "kernels/conv2d/conv2d.h"
#include "kernels/dense/dense.h"

namespace gs {

/// "conv2d forward 8x128x128x1 by 16 of 3x3/1 pad 1 relu". Everything that changes the work is in it.
template <class T>
std::string tuning_key(Conv2dForward<T>, const Conv2d&);
template <class T>
std::string tuning_key(Conv2dDataGradient<T>, const Conv2d&);
template <class T>
std::string tuning_key(Conv2dFilterGradient<T>, const Conv2d&);
template <class T>
std::string tuning_key(DenseForward<T>, const Dense&);
template <class T>
std::string tuning_key(DenseDataGradient<T>, const Dense&);
template <class T>
std::string tuning_key(DenseWeightGradient<T>, const Dense&);
/// Other ops are not tuned: one variant of each is ahead everywhere on its target.
template <class Op>
std::string tuning_key(Op, const typename Op::Problem&) {
  return "";
}

}  // namespace gs
