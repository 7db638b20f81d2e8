// dense_launchers.h - the variants that others are made of (dense_simd.cu, for dense_storage_simd.cu).
#pragma once
#include "kernels/dense/dense.h"

namespace gs::GS_TARGET {

DenseForward<float>::Launch dense_forward_simd;
DenseDataGradient<float>::Launch dense_data_gradient_simd;
DenseWeightGradient<float>::Launch dense_weight_gradient_simd;

}  // namespace gs::GS_TARGET
