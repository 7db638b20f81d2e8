// loss_table.cu - the ladder of the losses.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {
namespace {

/// Fewer classes than lanes would leave most of a warp idle.
bool has_many_classes(const Loss& p) {
  return p.kind == LossKind::softmax && p.classes >= 32;
}

}  // namespace

template <class T>
void loss_row(float* sample_loss, float* sample_correct, T* dlogits, const T* logits, const std::int32_t* labels,
              const float* class_weights, const StepState*, const Loss&, void* workspace, stream_t);
template <class T>
void loss_warp_row(float* sample_loss, float* sample_correct, T* dlogits, const T* logits, const std::int32_t* labels,
                   const float* class_weights, const StepState*, const Loss&, void* workspace, stream_t);

template <class T>
Room<LossGradient<T>> loss_gradient_room() {
  static const auto rows = rows_on<LossGradient<T>>(
      target, {{"row", on_all, &loss_row<T>}, {"warp_row", on_blocks, &loss_warp_row<T>, &has_many_classes}});
  return rows;
}
template Room<LossGradient<float>> loss_gradient_room();
template Room<LossGradient<bf16>> loss_gradient_room();

}  // namespace gs::GS_TARGET
