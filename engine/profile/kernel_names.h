// kernel_names.h - what the names of kernels tell: plain text in, plain text out.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "engine/profile/profile.h"

namespace gs {

/// The name as in the source: "conv2d_tiled<16>" of a mangled or spelled-out gs::cuda::(anonymous
/// namespace)::conv2d_tiled<16>(float*, ...). Template arguments stay where all of them are numbers. Of CUTLASS'
/// wrappers (cutlass::Kernel2<cutlass_80_tensorop_...>) the wrapped kernel. Other text stays as it is.
std::string short_kernel_name(const std::string& name);

/// Does the name of a library's kernel say that it uses tensor cores? Yes where it has one of
///   tensorop  hmma  gmma  imma  s16816  s1688  s884  h16816  h1688  h884  tf32  bf16  nvjet
/// and neither of simt, ffma. ("xmma" is the name of a family that has both.)
bool name_tells_tensor_cores(std::string_view kernel);

/// Whether a step's products run on tensor cores, and how that is known: own variants declare it in their row, cuDNN
/// by its plan's note, cuBLASLt by the names of its kernels (none given: no).
TensorCores tensor_cores_of(const Step&, const std::vector<std::string>& kernels);

}  // namespace gs
