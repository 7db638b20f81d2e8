// cublaslt_dense.h - the products of a dense layer by cuBLASLt.
#pragma once
#include <cublasLt.h>

#include <memory>
#include <vector>

#include "engine/core/owned.h"
#include "engine/library/library.h"
#include "kernels/common/registry.h"

namespace gs {

using CublasLtHandle = Owned<cublasLtHandle_t, cublasLtDestroy>;

inline constexpr std::size_t cublaslt_workspace_limit = std::size_t(32) << 20;  // NVIDIA's advice for Hopper

/// What the implementations below share: the handle, whether tensor cores may round fp32 inputs to tf32, and own
/// kernels for what no epilogue does.
struct CublasLtContext {
  cublasLtHandle_t handle;
  bool tf32;
  const Registry* registry;
};

// T: how activations and the weights that are read are stored (float or bf16). Sums and the weights' gradients are
// fp32 in both.
template <class T>
std::vector<Implementation<DenseForward<T>>> cublaslt_forward(const CublasLtContext&, const Dense&);
template <class T>
std::vector<Implementation<DenseDataGradient<T>>> cublaslt_data_gradient(const CublasLtContext&, const Dense&);
template <class T>
std::vector<Implementation<DenseWeightGradient<T>>> cublaslt_filter_gradient(const CublasLtContext&, const Dense&);

}  // namespace gs
