// rooms.cu - the techniques of all rooms on the target being compiled, as one table.
#include "kernels/rooms.h"

#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

const Rooms& rooms() {
  static const Rooms rooms = {
      .target = target,
      .gather = gather_room(),
      .gather_augmented = gather_augmented_room(),
      .collect = collect_room(),
      .count_activity = count_activity_room(),
      .copy_values = copy_values_room(),
      .measure_update = measure_update_room(),
      .conv2d_forward = conv2d_forward_room(),
      .conv2d_data_gradient = conv2d_data_gradient_room(),
      .conv2d_filter_gradient = conv2d_filter_gradient_room(),
      .conv2d_pool_forward = conv2d_pool_forward_room(),
      .dense_forward = dense_forward_room(),
      .dense_data_gradient = dense_data_gradient_room(),
      .dense_filter_gradient = dense_filter_gradient_room(),
      .bias_activation = bias_activation_room(),
      .bias_gradient = bias_gradient_room(),
      .relu_gradient = relu_gradient_room(),
      .maxpool_forward = maxpool_forward_room(),
      .maxpool_backward = maxpool_backward_room(),
      .lrn_forward = lrn_forward_room(),
      .lrn_backward = lrn_backward_room(),
      .dropout_forward = dropout_forward_room(),
      .dropout_backward = dropout_backward_room(),
      .loss_gradient = loss_gradient_room(),
      .record_metrics = record_metrics_room(),
      .update = update_room(),
      .advance = advance_room(),
      .chain_multiply_adds = chain_multiply_adds_room(),
      .repeat_matrix_products = repeat_matrix_products_room(),
  };
  return rooms;
}

}  // namespace gs::GS_TARGET
