// dense_launchers.h - the variants that others are made of (dense_cores.cu, for dense_storage_cores.cu).
#pragma once
#include "kernels/dense/dense.h"

namespace gs::GS_TARGET {

DenseForward<float>::Launch dense_forward_cores;
DenseDataGradient<float>::Launch dense_data_gradient_cores;
DenseWeightGradient<float>::Launch dense_weight_gradient_cores;

}  // namespace gs::GS_TARGET
