// dense_dropout_table.cu - the ladder of dense layer and dropout in one. Empty on `host`, where a step more costs
// nothing.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

template <class T>
void dense_dropout_forward_tiled(T* y, const T* x, const T* w, const T* bias, const StepState*, const DenseDropout&,
                                 void* workspace, stream_t);
template <class T>
void dense_dropout_forward_tensor(T* y, const T* x, const T* w, const T* bias, const StepState*, const DenseDropout&,
                                  void* workspace, stream_t);
bool dense_dropout_tiled_supports(const DenseDropout&);
std::size_t dense_dropout_tiled_workspace(const DenseDropout&);
bool dense_dropout_tensor_supports(const DenseDropout&);
template <class T>
std::size_t dense_dropout_tensor_workspace(const DenseDropout&);

template <class T>
Room<DenseDropoutForward<T>> dense_dropout_forward_room() {
  constexpr Arithmetic on_tensor_cores = stores_fp32<T> ? Arithmetic::tf32 : Arithmetic::bf16;
  static const auto rows = rows_on<DenseDropoutForward<T>>(
      target, {{"tiled", on_blocks, &dense_dropout_forward_tiled<T>, &dense_dropout_tiled_supports,
                &dense_dropout_tiled_workspace},
               {"tensor", on_blocks, &dense_dropout_forward_tensor<T>, &dense_dropout_tensor_supports,
                &dense_dropout_tensor_workspace<T>, on_tensor_cores}});
  return rows;
}
template Room<DenseDropoutForward<float>> dense_dropout_forward_room();
template Room<DenseDropoutForward<bf16>> dense_dropout_forward_room();

}  // namespace gs::GS_TARGET
