// room_functions.h - one function per op that hands out its techniques on the target being compiled. Each is defined in
// its room's table (kernels/<op>/<op>_table.cu), for both storage types where it has one; rooms.cu collects them.
#pragma once
#include <type_traits>

#include "kernels/common/target.h"
#include "kernels/rooms.h"

namespace gs::GS_TARGET {

/// The target being compiled. As in kernel.h, which a table does not include: it has no kernels, so that of `cuda` is
/// compiled by g++.
inline constexpr Target target = Target::GS_TARGET;

template <class T>
Room<GatherBatchOf<T>> gather_room();
template <class T>
Room<GatherAugmentedOf<T>> gather_augmented_room();
template <class T>
Room<CollectRowsOf<T>> collect_room();
template <class T>
Room<CountActivityOf<T>> count_activity_room();
template <class T>
Room<Conv2dForwardOf<T>> conv2d_forward_room();
template <class T>
Room<Conv2dDataGradientOf<T>> conv2d_data_gradient_room();
template <class T>
Room<Conv2dFilterGradientOf<T>> conv2d_filter_gradient_room();
template <class T>
Room<Conv2dPoolForwardOf<T>> conv2d_pool_forward_room();
template <class T>
Room<DenseForwardOf<T>> dense_forward_room();
template <class T>
Room<DenseDataGradientOf<T>> dense_data_gradient_room();
template <class T>
Room<DenseFilterGradientOf<T>> dense_filter_gradient_room();
template <class T>
Room<DenseDropoutForwardOf<T>> dense_dropout_forward_room();
template <class T>
Room<BiasActivationOf<T>> bias_activation_room();
template <class T>
Room<BiasGradientOf<T>> bias_gradient_room();
template <class T>
Room<ReluGradientOf<T>> relu_gradient_room();
template <class T>
Room<MaxPoolForwardOf<T>> maxpool_forward_room();
template <class T>
Room<MaxPoolBackwardOf<T>> maxpool_backward_room();
template <class T>
Room<LrnForwardOf<T>> lrn_forward_room();
template <class T>
Room<LrnBackwardOf<T>> lrn_backward_room();
template <class T>
Room<DropoutForwardOf<T>> dropout_forward_room();
template <class T>
Room<DropoutBackwardOf<T>> dropout_backward_room();
template <class T>
Room<LossGradientOf<T>> loss_gradient_room();

Room<CopyValues> copy_values_room();
Room<MeasureUpdate> measure_update_room();
Room<CountBroken> count_broken_room();
Room<RecordMetrics> record_metrics_room();
Room<Update> update_room();
Room<AdvanceStep> advance_room();
Room<ContinueEpoch> continue_epoch_room();
Room<ChainMultiplyAdds> chain_multiply_adds_room();
Room<RepeatMatrixProducts> repeat_matrix_products_room();

/// For a ladder whose rows differ by the storage type.
template <class T>
inline constexpr bool stores_fp32 = std::is_same_v<T, float>;

}  // namespace gs::GS_TARGET
