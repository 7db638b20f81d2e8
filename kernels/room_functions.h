// room_functions.h - one function per op that hands out its variants on the target being compiled. Each is defined in
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
Room<GatherBatch<T>> gather_room();
template <class T>
Room<GatherAugmented<T>> gather_augmented_room();
template <class T>
Room<CollectRows<T>> collect_room();
template <class T>
Room<CountActivity<T>> count_activity_room();
template <class T>
Room<Conv2dForward<T>> conv2d_forward_room();
template <class T>
Room<Conv2dDataGradient<T>> conv2d_data_gradient_room();
template <class T>
Room<Conv2dFilterGradient<T>> conv2d_filter_gradient_room();
template <class T>
Room<Conv2dPoolForward<T>> conv2d_pool_forward_room();
template <class T>
Room<DenseForward<T>> dense_forward_room();
template <class T>
Room<DenseDataGradient<T>> dense_data_gradient_room();
template <class T>
Room<DenseWeightGradient<T>> dense_weight_gradient_room();
template <class T>
Room<DenseDropoutForward<T>> dense_dropout_forward_room();
template <class T>
Room<BiasActivation<T>> bias_activation_room();
template <class T>
Room<BiasGradient<T>> bias_gradient_room();
template <class T>
Room<ReluGradient<T>> relu_gradient_room();
template <class T>
Room<MaxPoolForward<T>> maxpool_forward_room();
template <class T>
Room<MaxPoolBackward<T>> maxpool_backward_room();
template <class T>
Room<DropoutForward<T>> dropout_forward_room();
template <class T>
Room<DropoutBackward<T>> dropout_backward_room();
template <class T>
Room<LossGradient<T>> loss_gradient_room();

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
