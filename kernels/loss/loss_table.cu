// loss_table.cu - the ladder of the losses.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {
namespace {

/// Fewer classes than lanes would leave most of a warp idle.
bool has_many_classes(const Loss& p) {
  return p.kind == LossKind::softmax && p.classes >= 32;
}

}  // namespace

LossGradient::Launch loss_row, loss_warp_row;

template <>
Room<LossGradient> loss_gradient_room<float>() {
  static const auto rows = rows_on<LossGradient>(
      target, {{"row", on_all, &loss_row}, {"warp_row", on_blocks, &loss_warp_row, &has_many_classes}});
  return rows;
}

}  // namespace gs::GS_TARGET
