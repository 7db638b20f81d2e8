// kernel_names.h - short names of kernels, and tensor cores recognised by kernel names.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "engine/profile/profile.h"

namespace gs {

/// The name as in the source: "conv2d_tiled<16>" for the mangled or demangled gs::cuda::(anonymous
/// namespace)::conv2d_tiled<16>(float*, ...). Template arguments are kept if all are numbers. For CUTLASS' wrappers
/// (cutlass::Kernel2<cutlass_80_tensorop_...>) the wrapped kernel. Other text is returned unchanged.
std::string short_kernel_name(const std::string& name);

/// True if the name of a library's kernel shows that it uses tensor cores: it contains one of
///   tensorop  hmma  gmma  imma  s16816  s1688  s884  h16816  h1688  h884  tf32  bf16  nvjet
/// and neither simt nor ffma. ("xmma" names a family that has both.)
bool name_tells_tensor_cores(std::string_view kernel);

/// Evidence that a call uses tensor cores: own variants declare it in their registry row, cuDNN in its plan's note,
/// cuBLASLt in the names of its `kernels` (no if the list is empty).
TensorCores tensor_cores_of(const OpCall&, const std::vector<std::string>& kernels);

}  // namespace gs
