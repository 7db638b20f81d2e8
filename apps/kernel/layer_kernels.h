// layer_kernels.h - the functions that a file of --kernel has for a layer, as implementations of the layer's calls.
//
// The functions are called `launch`, as in the exercises, and start the file's own kernels. Everything else that a call
// includes (bias, ReLU, masks, transposed copies) is done around them, on the host.
#pragma once
#include <string>

#include "apps/kernel/kernel_file.h"
#include "engine/calls/given_kernels.h"

namespace gs::apps {

// Throw UsageError, one line with the signature that was expected, if the file lacks a function.

///     void launch_forward(const float* x, float* y, unsigned char* which, int N, int H, int W, int C, int window,
///                         int stride)
///     void launch_backward(const unsigned char* which, const float* dy, float* dx, int N, int H, int W, int C,
///                          int window, int stride)
///
/// x and dx [N, H, W, C]; y, which and dy [N, P, Q, C] with P = (H - window) / stride + 1 and Q likewise. which: where
/// in its window the first maximum is, row * window + column.
void add_max_pool(GivenKernels&, const std::string& layer, const KernelFile&);

/// void launch(const float* a, const float* b, float* c, int M, int N, int K)
/// c [M, N] = a [M, K] b [K, N]. y = x W^T, dx = dy W and dW = dy^T x are three such products.
void add_dense(GivenKernels&, const std::string& layer, const KernelFile&);

/// void launch(const float* picture, const float* weights, float* out, int H, int W, int C, int F)
/// A 3 x 3 convolution with a border of 0 for one picture: picture [H, W, C], weights [3, 3, C, F], out [H, W, F]. The
/// gradient of the data is a convolution, too. Optional, for the gradient of the weights:
/// void launch_weights(const float* picture, const float* gradient, float* dweights, int H, int W, int C, int F)
void add_convolution(GivenKernels&, const std::string& layer, const KernelFile&);

/// void launch(float* weights, const float* gradients, float rate, int n), a step of sgd, or
/// void launch(float* weights, float* m, float* v, const float* gradients, float rate, float beta1, float beta2,
///             float epsilon, float correction1, float correction2, int n), a step of adam: correction1 is 1 - beta1^t.
void add_update(GivenKernels&, const KernelFile&);

}  // namespace gs::apps
