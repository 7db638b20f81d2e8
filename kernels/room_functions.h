// room_functions.h - one function per op that hands out its techniques on the target being compiled. Each is defined in
// its room's table (kernels/<op>/<op>_table.cu); rooms.cu collects them.
#pragma once
#include "kernels/common/kernel.h"
#include "kernels/rooms.h"

namespace gs::GS_TARGET {

Room<GatherBatch> gather_room();
Room<GatherAugmented> gather_augmented_room();
Room<CollectRows> collect_room();
Room<CountActivity> count_activity_room();
Room<CopyValues> copy_values_room();
Room<MeasureUpdate> measure_update_room();
Room<Conv2dForward> conv2d_forward_room();
Room<Conv2dDataGradient> conv2d_data_gradient_room();
Room<Conv2dFilterGradient> conv2d_filter_gradient_room();
Room<Conv2dPoolForward> conv2d_pool_forward_room();
Room<DenseForward> dense_forward_room();
Room<DenseDataGradient> dense_data_gradient_room();
Room<DenseFilterGradient> dense_filter_gradient_room();
Room<BiasActivation> bias_activation_room();
Room<BiasGradient> bias_gradient_room();
Room<ReluGradient> relu_gradient_room();
Room<MaxPoolForward> maxpool_forward_room();
Room<MaxPoolBackward> maxpool_backward_room();
Room<LrnForward> lrn_forward_room();
Room<LrnBackward> lrn_backward_room();
Room<DropoutForward> dropout_forward_room();
Room<DropoutBackward> dropout_backward_room();
Room<LossGradient> loss_gradient_room();
Room<RecordMetrics> record_metrics_room();
Room<Update> update_room();
Room<AdvanceStep> advance_room();
Room<ChainMultiplyAdds> chain_multiply_adds_room();
Room<RepeatMatrixProducts> repeat_matrix_products_room();

}  // namespace gs::GS_TARGET
