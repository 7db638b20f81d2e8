// onednn_operations.h - oneDNN's operations for onednn_library.cpp, one function each.
#pragma once
#include <string>
#include <vector>

#include "engine/library/library.h"
#include "engine/library/onednn_call.h"
#include "kernels/common/registry.h"

namespace gs::onednn {

// Each returns one implementation (in slices: several), or none if oneDNN has only its reference loops. Each throws
// gs::Error that names the problem. All are deterministic for a given number of threads.
std::vector<Implementation<Conv2dForward<float>>> conv2d_forward(const Runtime&, const Conv2d&);
std::vector<Implementation<Conv2dDataGradient<float>>> conv2d_data_gradient(const Runtime&, const Registry&,
                                                                            const Conv2d&);
std::vector<Implementation<Conv2dFilterGradient<float>>> conv2d_filter_gradient(const Runtime&, const Conv2d&);
/// The filter gradient as 2, 4 and 8 single-threaded calls, if the batch has that many images; its bits do not depend
/// on the number of threads.
std::vector<Implementation<Conv2dFilterGradient<float>>> conv2d_filter_gradient_in_slices(const Runtime&,
                                                                                          const Conv2d&);
std::vector<Implementation<DenseForward<float>>> dense_forward(const Runtime&, const Dense&);
std::vector<Implementation<DenseDataGradient<float>>> dense_data_gradient(const Runtime&, const Registry&,
                                                                          const Dense&);
std::vector<Implementation<DenseWeightGradient<float>>> dense_weight_gradient(const Runtime&, const Dense&);

/// For messages: "convolution of 8x128x128x1 with 32 filters 3x3, stride 1, padding 1, groups 1".
std::string describe(const Conv2d&);
/// "dense layer of 8x65536 with 64 outputs".
std::string describe(const Dense&);

}  // namespace gs::onednn
