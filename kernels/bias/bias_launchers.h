// bias_launchers.h - bias gradients that other ops call.
#pragma once
#include "kernels/bias/bias.h"

namespace gs::GS_TARGET {

template <class T>
void bias_gradient_column(float* db, const T* dy, const Rows&, void* workspace, stream_t);  // bias_element.cu

template <class T>
void bias_gradient_rows(float* db, const T* dy, const Rows&, void* workspace, stream_t);  // bias_simd.cu
std::size_t bias_gradient_rows_workspace(const Rows&);

}  // namespace gs::GS_TARGET
