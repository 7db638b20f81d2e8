// dense_update.h - the gradient of a dense layer's weights and the optimizer's step of these weights, as one call.
#pragma once
#include "kernels/dense/dense.h"
#include "kernels/optimizer/optimizer.h"

namespace gs {

struct DenseUpdate {
  Dense dense;
  Optimizer optimizer;         ///< size: the layer's weights and biases
  bool data_gradient = false;  ///< computes dx as well
  auto operator<=>(const DenseUpdate&) const = default;
};

/// A parameter [out, in] or [out] with its moments; bf16_copy as in Update. Moments that the optimizer does not have,
/// and absent copies, are null.
///
/// dW and db as by DenseWeightGradient, of which each value is used for one step as by Update, and not stored. With
/// `data_gradient` also dx as by DenseDataGradient, from the weights before the step (in bf16, from w_copy); else dx
/// and relu_output are null.
template <class T>
struct DenseWeightUpdate {
  static constexpr std::string_view name = "dense weight update";
  using Stored = T;
  using Problem = DenseUpdate;
  using Launch = void(T* dx, float* w, float* w_moment1, float* w_moment2, bf16* w_copy, float* b, float* b_moment1,
                      float* b_moment2, bf16* b_copy, const T* x, const T* dy, const T* relu_output, const StepState*,
                      const DenseUpdate&, void* workspace, stream_t);
};

template <class T>
Cost cost(DenseWeightUpdate<T>, const DenseUpdate&);

}  // namespace gs
