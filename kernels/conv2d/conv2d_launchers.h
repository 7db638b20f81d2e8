// conv2d_launchers.h - launch functions that conv2d_storage_simd.cu builds on.
#pragma once
#include "kernels/conv2d/conv2d.h"

namespace gs::GS_TARGET {

// conv2d_direct.cu
template <class T>
void conv2d_forward_direct(T* y, const T* x, const T* w, const T* bias, const Conv2d&, void* workspace, stream_t);
template <class T>
void conv2d_data_gradient_direct(T* dx, const T* dy, const T* w, const T* relu_output, const Conv2d&, void* workspace,
                                 stream_t);
template <class T>
void conv2d_filter_gradient_direct(float* dw, float* db, const T* x, const T* dy, const Conv2d&, void* workspace,
                                   stream_t);

// conv2d_simd.cu and conv2d_filter_simd.cu
Conv2dForward<float>::Launch conv2d_forward_simd;
Conv2dDataGradient<float>::Launch conv2d_data_gradient_simd;
Conv2dFilterGradient<float>::Launch conv2d_filter_gradient_simd;
std::size_t conv2d_forward_simd_workspace(const Conv2d&);
std::size_t conv2d_data_gradient_simd_workspace(const Conv2d&);
std::size_t conv2d_filter_gradient_simd_workspace(const Conv2d&);
bool conv2d_data_gradient_simd_supports(const Conv2d&);

}  // namespace gs::GS_TARGET
