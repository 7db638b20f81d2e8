// cublaslt_dense.h - a dense layer's matrix products by cuBLASLt.
#pragma once
#include <cublasLt.h>

#include <memory>
#include <vector>

#include "engine/core/owned.h"
#include "engine/library/library.h"
#include "kernels/common/registry.h"

namespace gs {

using CublasLtHandle = Owned<cublasLtHandle_t, cublasLtDestroy>;

inline constexpr std::size_t cublaslt_workspace_limit = std::size_t(32) << 20;  // NVIDIA's recommendation for Hopper

/// Shared by the implementations below. `tf32`: tensor cores may round fp32 inputs. `registry`: own kernels for
/// operations that no epilogue supports.
struct CublasLtContext {
  cublasLtHandle_t handle;
  bool tf32;
  const Registry* registry;
};

// T is the storage type of activations and of the weights read (float or bf16). Sums and weight gradients are always
// fp32.
template <class T>
std::vector<Implementation<DenseForward<T>>> cublaslt_forward(const CublasLtContext&, const Dense&);
template <class T>
std::vector<Implementation<DenseDataGradient<T>>> cublaslt_data_gradient(const CublasLtContext&, const Dense&);
template <class T>
std::vector<Implementation<DenseWeightGradient<T>>> cublaslt_filter_gradient(const CublasLtContext&, const Dense&);

}  // namespace gs
