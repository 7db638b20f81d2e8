// conv2d.h - the op problem of a convolution layer.
#pragma once
#include <optional>

#include "engine/net/net.h"
#include "kernels/conv2d/conv2d.h"

namespace gs {

/// Without the ReLU that may follow; nullopt if the layer is not a convolution.
std::optional<Conv2d> convolution_of(const Layer&, int batch);

}  // namespace gs
