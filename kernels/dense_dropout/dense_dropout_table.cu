// dense_dropout_table.cu - the ladder of dense layer and dropout in one. Empty on `host`, where a step more costs
// nothing.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

template <class T>
void dense_dropout_forward_tiled(T* y, const T* x, const T* w, const T* bias, const StepState*, const DenseDropout&,
                                 void* workspace, stream_t);
bool dense_dropout_tiled_supports(const DenseDropout&);
std::size_t dense_dropout_tiled_workspace(const DenseDropout&);

template <class T>
Room<DenseDropoutForwardOf<T>> dense_dropout_forward_room() {
  static const auto rows =
      rows_on<DenseDropoutForwardOf<T>>(target, {{"tiled", on_blocks, &dense_dropout_forward_tiled<T>,
                                                  &dense_dropout_tiled_supports, &dense_dropout_tiled_workspace}});
  return rows;
}
template Room<DenseDropoutForward> dense_dropout_forward_room();
template Room<DenseDropoutForwardOf<bf16>> dense_dropout_forward_room();

}  // namespace gs::GS_TARGET
