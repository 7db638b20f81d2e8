// tuning_key.h - a problem as words: what the autotuner's results are kept under, and what --explain prints.
#pragma once
#include <string>

#include "kernels/conv2d/conv2d.h"
#include "kernels/dense/dense.h"

namespace gs {

/// "conv2d forward 8x128x128x1 by 16 of 3x3/1 pad 1 relu". Everything that changes the work is in it.
template <class T>
std::string tuning_key(Conv2dForwardOf<T>, const Conv2d&);
template <class T>
std::string tuning_key(Conv2dDataGradientOf<T>, const Conv2d&);
template <class T>
std::string tuning_key(Conv2dFilterGradientOf<T>, const Conv2d&);
template <class T>
std::string tuning_key(DenseForwardOf<T>, const Dense&);
template <class T>
std::string tuning_key(DenseDataGradientOf<T>, const Dense&);
template <class T>
std::string tuning_key(DenseFilterGradientOf<T>, const Dense&);
/// Other ops are not tuned: their rooms have one technique per target that is ahead everywhere.
template <class Op>
std::string tuning_key(Op, const typename Op::Problem&) {
  return "";
}

}  // namespace gs
