// rooms.h - all variants of one target, by op. A device holds the Rooms of its target.
#pragma once
#include <type_traits>

#include "kernels/advance/advance.h"
#include "kernels/bias/bias.h"
#include "kernels/collect/collect.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/conv2d_pool/conv2d_pool.h"
#include "kernels/dense/dense.h"
#include "kernels/dense_dropout/dense_dropout.h"
#include "kernels/diagnose/diagnose.h"
#include "kernels/dropout/dropout.h"
#include "kernels/epoch_loop/epoch_loop.h"
#include "kernels/gather/gather.h"
#include "kernels/loss/loss.h"
#include "kernels/lrn/lrn.h"
#include "kernels/maxpool/maxpool.h"
#include "kernels/metrics/metrics.h"
#include "kernels/optimizer/optimizer.h"
#include "kernels/roof/roof.h"

namespace gs {

/// The ops that touch activations, with these stored as T (float or bf16).
template <class T>
struct StorageRooms {
  Room<GatherBatch<T>> gather;
  Room<GatherAugmented<T>> gather_augmented;
  Room<CollectRows<T>> collect;
  Room<CountActivity<T>> count_activity;
  Room<Conv2dForward<T>> conv2d_forward;
  Room<Conv2dDataGradient<T>> conv2d_data_gradient;
  Room<Conv2dFilterGradient<T>> conv2d_filter_gradient;
  Room<Conv2dPoolForward<T>> conv2d_pool_forward;  ///< empty where a target has none
  Room<DenseForward<T>> dense_forward;
  Room<DenseDataGradient<T>> dense_data_gradient;
  Room<DenseWeightGradient<T>> dense_weight_gradient;
  Room<DenseDropoutForward<T>> dense_dropout_forward;  ///< likewise
  Room<BiasActivation<T>> bias_activation;
  Room<BiasGradient<T>> bias_gradient;
  Room<ReluGradient<T>> relu_gradient;
  Room<MaxPoolForward<T>> maxpool_forward;
  Room<MaxPoolBackward<T>> maxpool_backward;
  Room<LrnForward<T>> lrn_forward;
  Room<LrnBackward<T>> lrn_backward;
  Room<DropoutForward<T>> dropout_forward;
  Room<DropoutBackward<T>> dropout_backward;
  Room<LossGradient<T>> loss_gradient;
};

struct Rooms {
  Target target;
  StorageRooms<float> fp32;
  StorageRooms<gs::bf16> bf16;
  // What is fp32 in every run: parameters, their gradients, moments, metrics.
  Room<CopyValues> copy_values;
  Room<MeasureUpdate> measure_update;
  Room<CountBroken> count_broken;
  Room<RecordMetrics> record_metrics;
  Room<Update> update;
  Room<AdvanceStep> advance;
  Room<ContinueEpoch> continue_epoch;
  Room<ChainMultiplyAdds> chain_multiply_adds;
  Room<RepeatMatrixProducts> repeat_matrix_products;  ///< empty where a target has no tensor cores

  /// The rooms of a storage type.
  template <class T>
  const StorageRooms<T>& of() const {
    if constexpr (std::is_same_v<T, float>)
      return fp32;
    else
      return bf16;
  }
};

// One function per target; kernels/rooms.cu defines the one of its target.
namespace cuda {
const Rooms& rooms();
}
namespace host {
const Rooms& rooms();
}
namespace sim {
const Rooms& rooms();
}

}  // namespace gs
