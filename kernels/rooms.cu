// rooms.cu - the variants of all rooms on the target being compiled, as one table.
#include "kernels/rooms.h"

#include "kernels/common/registry.h"
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {
namespace {

template <class T>
StorageRooms<T> storage_rooms() {
  return {
      .gather = gather_room<T>(),
      .gather_augmented = gather_augmented_room<T>(),
      .collect = collect_room<T>(),
      .count_activity = count_activity_room<T>(),
      .conv2d_forward = conv2d_forward_room<T>(),
      .conv2d_data_gradient = conv2d_data_gradient_room<T>(),
      .conv2d_filter_gradient = conv2d_filter_gradient_room<T>(),
      .conv2d_pool_forward = conv2d_pool_forward_room<T>(),
      .dense_forward = dense_forward_room<T>(),
      .dense_data_gradient = dense_data_gradient_room<T>(),
      .dense_weight_gradient = dense_weight_gradient_room<T>(),
      .dense_dropout_forward = dense_dropout_forward_room<T>(),
      .bias_activation = bias_activation_room<T>(),
      .bias_gradient = bias_gradient_room<T>(),
      .relu_gradient = relu_gradient_room<T>(),
      .maxpool_forward = maxpool_forward_room<T>(),
      .maxpool_backward = maxpool_backward_room<T>(),
      .lrn_forward = registry().variants<LrnForward<T>>(),
      .lrn_backward = registry().variants<LrnBackward<T>>(),
      .dropout_forward = dropout_forward_room<T>(),
      .dropout_backward = dropout_backward_room<T>(),
      .loss_gradient = loss_gradient_room<T>(),
  };
}

}  // namespace

const Rooms& rooms() {
  static const Rooms rooms = {
      .target = target,
      .fp32 = storage_rooms<float>(),
      .bf16 = storage_rooms<gs::bf16>(),
      .copy_values = copy_values_room(),
      .measure_update = measure_update_room(),
      .count_broken = count_broken_room(),
      .record_metrics = record_metrics_room(),
      .update = update_room(),
      .advance = advance_room(),
      .continue_epoch = continue_epoch_room(),
      .chain_multiply_adds = chain_multiply_adds_room(),
      .repeat_matrix_products = repeat_matrix_products_room(),
  };
  return rooms;
}

}  // namespace gs::GS_TARGET
