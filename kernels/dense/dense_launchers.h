// dense_launchers.h - launch functions of dense_simd.cu, which dense_storage_simd.cu builds on.
#pragma once
#include "kernels/dense/dense.h"

namespace gs::GS_TARGET {

DenseForward<float>::Launch dense_forward_simd;
DenseDataGradient<float>::Launch dense_data_gradient_simd;
DenseWeightGradient<float>::Launch dense_weight_gradient_simd;

}  // namespace gs::GS_TARGET
